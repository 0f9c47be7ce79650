"""What the strictest servers of Chat Completions refuse in a request: Mistral's order and ids, chat
templates that want the roles to alternate, gateways to Anthropic that check names and blanks."""

import json
import re

NAME = re.compile(r"^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$")
AFTER = {"system": ("user",), "user": ("assistant",), "assistant": ("user", "tool"),
         "tool": ("tool", "assistant")}


def complaint(body, call_id=r"^[a-zA-Z0-9_-]{1,40}$"):
    """Why the request is refused, in a server's words, or None."""
    last, waiting, seen = "system", [], set()
    for place, message in enumerate(body["messages"]):
        role = message["role"]
        if place == 0 and role == "system":
            continue
        if role not in AFTER[last]:
            return f"Unexpected role '{role}' after role '{last}'"
        last = role
        if role == "tool":
            if not waiting or message["tool_call_id"] != waiting.pop(0):
                return "Unexpected tool call id in tool results"
        elif waiting:
            return "Not the same number of function calls and responses"
        calls = message.get("tool_calls") or []
        content = message.get("content")
        if not content and not calls:
            return "Assistant message must have either content or tool_calls, but not none"
        if isinstance(content, str) and not content.strip():
            return "text content blocks must contain non-whitespace text"
        for made in calls:
            if not re.match(call_id, made["id"]) or made["id"] in seen:
                return f"Tool call id was {made['id']}"
            if not NAME.match(made["function"]["name"]):
                return f"Function name was {made['function']['name']}"
            if not isinstance(json.loads(made["function"]["arguments"]), dict):
                return "arguments: Input should be a valid dictionary"
            seen.add(made["id"])
            waiting.append(made["id"])
    if waiting or last not in ("user", "tool"):
        return f"Expected last role User or Tool for serving but got {last}"
    if seen and not body.get("tools"):
        return "toolConfig must be defined when using toolUse and toolResult content blocks"
    return None
