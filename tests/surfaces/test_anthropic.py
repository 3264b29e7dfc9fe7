"""Anthropic, its clouds, its batches and its agents."""

from __future__ import annotations

from surface import Surface, each, seen, texts_in

SURFACES: dict[str, Surface] = {
    "anthropic bedrock": (
        """
        from anthropic import AnthropicBedrock
        client = AnthropicBedrock(aws_region="eu-west-1")
        client.beta.messages.create(model="claude-sonnet-5-5", max_tokens=100, system="You are a careful bot.",
                                    messages=[{"role": "user", "content": "Hello to you there"}], betas=["x"])
        """,
        "anthropic.AnthropicBedrock.beta.messages.create",
        "claude-sonnet-5-5",
        100,
    ),
    "anthropic batch": (
        """
        from anthropic import Anthropic
        from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
        from anthropic.types.messages.batch_create_params import Request
        Anthropic().messages.batches.create(requests=[
            Request(custom_id="1", params=MessageCreateParamsNonStreaming(
                model="claude-haiku-5-5", max_tokens=100, system="You are a careful bot.",
                messages=[{"role": "user", "content": "Hello to you there"}]))])
        """,
        "anthropic.Anthropic.messages.batches.create",
        "claude-haiku-5-5",
        100,
    ),
    "anthropic batch of dicts": (
        """
        import anthropic
        def batch(items):
            requests = [{"custom_id": item, "params": {
                "model": "claude-haiku-5-5", "max_tokens": 100, "system": "You are a careful bot.",
                "messages": [{"role": "user", "content": "Hello to you there"}]}} for item in items]
            return anthropic.Anthropic().messages.batches.create(requests=requests)
        """,
        "anthropic.Anthropic.messages.batches.create",
        "claude-haiku-5-5",
        100,
    ),
    "anthropic raw response": (
        """
        import anthropic
        anthropic.Anthropic().messages.with_raw_response.create(
            model="claude-haiku-5-5", max_tokens=100, system="You are a careful bot.",
            messages=[{"role": "user", "content": "Hello to you there"}])
        """,
        "anthropic.Anthropic.messages.with_raw_response.create",
        "claude-haiku-5-5",
        100,
    ),
    "bedrock body": (
        """
        import boto3, json
        session = boto3.Session(profile_name="x")
        client = session.client(service_name="bedrock-runtime")
        client.invoke_model(modelId="anthropic.claude-sonnet-5-5", body=json.dumps({
            "anthropic_version": "bedrock-2023-05-31", "max_tokens": 100, "system": "You are a careful bot.",
            "messages": [{"role": "user", "content": "Hello to you there"}]}))
        """,
        "boto3.client.bedrock-runtime.invoke_model",
        "anthropic.claude-sonnet-5-5",
        100,
    ),
    "claude-agent-sdk": (
        """
        from claude_agent_sdk import ClaudeAgentOptions, query
        async def ask():
            async for message in query(prompt="Hello to you there", options=ClaudeAgentOptions(
                    system_prompt="You are a careful bot.", model="claude-sonnet-5-5")):
                print(message)
        """,
        "claude_agent_sdk.query",
        "claude-sonnet-5-5",
        None,
    ),
    "claude-agent-sdk client": (
        """
        from claude_agent_sdk import ClaudeAgentOptions, ClaudeSDKClient
        async def ask():
            options = ClaudeAgentOptions(system_prompt="You are a careful bot.", model="claude-sonnet-5-5")
            async with ClaudeSDKClient(options=options) as client:
                await client.query("Hello to you there")
        """,
        "claude_agent_sdk.ClaudeSDKClient.query",
        "claude-sonnet-5-5",
        None,
    ),
}


@each(SURFACES)
def test_each_surface(source: str, api: str, model: str | None, cap: int | None) -> None:
    assert seen(source) == (api, model, cap, texts_in(source))
