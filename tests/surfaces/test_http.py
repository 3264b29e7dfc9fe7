"""Requests over HTTP without an SDK."""

from __future__ import annotations

import pytest

from linked import only_call
from promptlint.project import Role
from surface import SYSTEM, USER, sent_by

POSTS = {
    "requests": (
        """
        import requests
        requests.post("https://api.openai.com/v1/chat/completions", headers={}, json={
            "model": "gpt-6-luna", "max_tokens": 100, "messages": [
                {"role": "system", "content": "You are a careful bot."},
                {"role": "user", "content": "Hello to you there"}]})
        """,
        "POST api.openai.com/v1/chat/completions",
        "openai",
        "gpt-6-luna",
    ),
    "httpx client and a dict": (
        """
        import httpx
        URL = "https://api.anthropic.com/v1/messages"
        async def ask():
            payload = {"model": "claude-haiku-5-5", "max_tokens": 100, "system": "You are a careful bot."}
            payload["messages"] = [{"role": "user", "content": "Hello to you there"}]
            async with httpx.AsyncClient() as client:
                return await client.post(URL, json=payload)
        """,
        "POST api.anthropic.com/v1/messages",
        "anthropic",
        "claude-haiku-5-5",
    ),
    "aiohttp and dumps": (
        """
        import aiohttp, json
        async def ask(base):
            async with aiohttp.ClientSession() as session:
                async with session.post("https://openrouter.ai/api/v1/chat/completions", data=json.dumps({
                        "model": "x/y", "max_tokens": 100, "messages": [
                            {"role": "system", "content": "You are a careful bot."},
                            {"role": "user", "content": "Hello to you there"}]})) as response:
                    return await response.json()
        """,
        "POST openrouter.ai/api/v1/chat/completions",
        "unknown",
        "x/y",
    ),
    "urllib": (
        """
        import json, urllib.request
        request = urllib.request.Request("https://api.deepseek.com/v1/chat/completions", data=json.dumps({
            "model": "deepseek-chat", "max_tokens": 100, "messages": [
                {"role": "system", "content": "You are a careful bot."},
                {"role": "user", "content": "Hello to you there"}]}).encode("utf-8"))
        """,
        "POST api.deepseek.com/v1/chat/completions",
        "unknown",
        "deepseek-chat",
    ),
    "a server of one's own": (
        """
        import requests
        def ask(host):
            return requests.post(f"{host}/v1/chat/completions", json={"model": "m", "max_tokens": 100, "messages": [
                {"role": "system", "content": "You are a careful bot."},
                {"role": "user", "content": "Hello to you there"}]})
        """,
        "POST",
        "unknown",
        "m",
    ),
    "the model in the address": (
        """
        import requests
        KEY = "x"
        requests.post(
            f"https://generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash:generateContent?key={KEY}",
            json={"systemInstruction": {"parts": [{"text": "You are a careful bot."}]},
                  "contents": [{"role": "user", "parts": [{"text": "Hello to you there"}]}],
                  "generationConfig": {"maxOutputTokens": 100}})
        """,
        "POST generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash:generateContent",
        "google",
        "gemini-3.8-flash",
    ),
    "ollama": (
        """
        import requests
        requests.post("http://localhost:11434/api/generate", json={
            "model": "llama3", "system": "You are a careful bot.", "prompt": "Hello to you there",
            "options": {"num_predict": 100}})
        """,
        "POST :11434/api/generate",
        "unknown",
        "llama3",
    ),
    "request with a method": (
        """
        import httpx
        httpx.request("POST", "https://api.groq.com/openai/v1/chat/completions", json={
            "model": "llama-4", "max_tokens": 100, "messages": [
                {"role": "system", "content": "You are a careful bot."},
                {"role": "user", "content": "Hello to you there"}]})
        """,
        "POST api.groq.com/openai/v1/chat/completions",
        "unknown",
        "llama-4",
    ),
}


@pytest.mark.parametrize(("source", "api", "provider", "model"), POSTS.values(), ids=POSTS)
def test_posts_to_the_address_of_a_model(source: str, api: str, provider: str, model: str) -> None:
    call = only_call(source)
    assert (call.sdk, call.api, call.provider, call.model) == ("http", api, provider, model)
    assert call.cap.tokens == 100
    assert sent_by(call) == [(Role.SYSTEM, SYSTEM), (Role.USER, USER)]
