#!/usr/bin/python3
"""Makes storage/models_dev/snapshot.json: what models.dev knows of the larger providers' models.

Usage: models_snapshot.py SOURCE [OUTPUT]

SOURCE is a checkout of https://github.com/anomalyco/models.dev (the day of its last commit becomes
the snapshot's) or a file with the body of https://models.dev/api.json (then the file's day). The
shape is models.dev's own, cut down to what the program reads, in an envelope that says where it
comes from; one model a line, so that a difference can be read. Needs Python 3.11, nothing more.
"""

import datetime
import json
import pathlib
import subprocess
import sys
import tomllib

PROVIDERS = (
    "alibaba", "amazon-bedrock", "anthropic", "azure", "cerebras", "deepseek", "fireworks-ai",
    "github-copilot", "google", "groq", "mistral", "moonshotai", "nvidia", "openai", "openrouter",
    "togetherai", "xai", "zai",
)
HOME = pathlib.Path(__file__).resolve().parent.parent / "storage" / "models_dev"
RATES = ("input", "output", "reasoning", "cache_read", "cache_write")


def read_toml(path):
    return tomllib.loads(path.read_text(encoding="utf-8"))


def merged(base, over):
    """`over` put over `base`, tables key by key, all else whole."""
    out = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(out.get(key), dict)
        out[key] = merged(out[key], value) if both else value
    return out


def without(tree, path):
    """`tree` without what stands at a dotted path."""
    first, _, rest = path.partition(".")
    if first not in tree:
        return tree
    out = dict(tree)
    if not rest:
        del out[first]
    elif isinstance(out[first], dict):
        out[first] = without(out[first], rest)
    return out


def read_model(root, path):
    """A provider's model, with what it takes over from the model that it is based on."""
    own = read_toml(path)
    base = own.pop("base_model", None)
    omitted = own.pop("base_model_omit", [])
    if base is None:
        return own
    out = merged(read_toml(root / "models" / f"{base}.toml"), own)
    for dotted in omitted:
        out = without(out, dotted)
    return out


def read_checkout(root):
    """The checkout in the shape of api.json."""
    out = {}
    for name in PROVIDERS:
        folder = root / "providers" / name
        provider = read_toml(folder / "provider.toml")
        models = folder / "models"
        provider["models"] = {
            path.relative_to(models).as_posix().removesuffix(".toml"): read_model(root, path)
            for path in sorted(models.rglob("*.toml"))
        }
        out[name] = provider
    return out


def trimmed_prices(cost):
    out = {rate: cost[rate] for rate in RATES if rate in cost}
    tiers = [
        {"tier": {"size": tier["tier"]["size"]}, **trimmed_prices(tier)}
        for tier in cost.get("tiers", [])
        if tier["tier"].get("type", "context") == "context"
    ]
    if tiers:
        out["tiers"] = tiers
    elif "context_over_200k" in cost:
        out["context_over_200k"] = trimmed_prices(cost["context_over_200k"])
    return out


def trimmed(model):
    """What the program reads of a model; None for one that it cannot use."""
    modalities = model.get("modalities", {})
    takes, gives = modalities.get("input", []), modalities.get("output", [])
    if model.get("status") == "deprecated" or "text" not in takes or "text" not in gives:
        return None
    limit = model.get("limit", {})
    if not limit.get("context"):
        return None
    out = {"limit": {key: limit[key] for key in ("context", "input", "output") if limit.get(key)}}
    for key in ("reasoning", "tool_call"):
        out[key] = bool(model.get(key))
    out["modalities"] = {
        "input": [kind for kind in ("text", "image", "pdf") if kind in takes], "output": ["text"]}
    if model.get("reasoning") and "reasoning_options" in model:
        out["reasoning_options"] = model["reasoning_options"]
    if prices := trimmed_prices(model.get("cost", {})):
        out["cost"] = prices
    return out


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def provider_lines(name, provider):
    """One provider's lines, without the comma after the last."""
    kept = {name: trimmed(model) for name, model in provider["models"].items()}
    kept = {name: model for name, model in sorted(kept.items()) if model}
    head = {"name": provider.get("name", name)}
    if provider.get("api"):
        head["api"] = provider["api"]
    yield f"{compact(name)}:{compact(head)[:-1]},\"models\":{{"
    for number, (model_name, model) in enumerate(kept.items(), 1):
        comma = "," if number < len(kept) else ""
        yield f"{compact(model_name)}:{compact(model)}{comma}"
    yield "}}"


def envelope(providers, day):
    moment = f"{day}T00:00:00.000Z"
    head = {"source": "https://models.dev", "licence": "MIT, Copyright (c) 2025 models.dev",
            "url": "", "etag": "", "fetched_at": moment, "checked_at": moment}
    lines = [compact(head)[:-1] + ",\"providers\":{"]
    for number, name in enumerate(sorted(providers), 1):
        block = list(provider_lines(name, providers[name]))
        block[-1] += "," if number < len(providers) else ""
        lines += block
    return "\n".join(lines + ["}}"]) + "\n"


def read_source(source):
    """The providers and the day they are of."""
    if source.is_dir():
        command = ["git", "-C", str(source), "log", "-1", "--format=%cs"]
        day = subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()
        return read_checkout(source), day
    everything = json.loads(source.read_text(encoding="utf-8"))
    day = datetime.date.fromtimestamp(source.stat().st_mtime).isoformat()
    return {name: everything[name] for name in PROVIDERS if name in everything}, day


def main():
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__.strip().split("\n\n")[1])
    output = pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else HOME / "snapshot.json"
    output.write_text(envelope(*read_source(pathlib.Path(sys.argv[1]))), encoding="utf-8")


if __name__ == "__main__":
    main()
