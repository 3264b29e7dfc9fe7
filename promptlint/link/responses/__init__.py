"""Where the response of a model goes, and who reads its token usage."""
