"""Writes what an installed engine takes: names, types, choices. Facts only, in a stable order.

    python read_flags.py PACKAGE VERSION FILE
"""
import argparse
import enum
import inspect
import json
import sys

from engine_parsers import load

SUFFIXED = {'human_readable_int', 'human_readable_int_or_auto'}
NAMES = {int: 'integer', float: 'number', str: 'text', bool: 'text', json.loads: 'json'}


def kind_of(action):
    if isinstance(action, argparse.BooleanOptionalAction):
        return 'toggle'
    if action.nargs == 0:
        return 'switch'
    return kind_of_type(action.type)


def kind_of_type(read):
    """`optional_type(int)` and the like are closures over the type they end with."""
    if read in NAMES:
        return NAMES[read]
    name = getattr(read, '__name__', '')
    if name in SUFFIXED:
        return 'count'
    if name in ('parse_dataclass', 'json_list_type'):
        return 'json'
    inner = inspect.getclosurevars(read).nonlocals.get('return_type') if inspect.isfunction(read) else None
    return 'text' if inner is None else kind_of_type(inner)


def plain(value):
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float, str)):
        return value
    return None


def flag_of(action, registries, bounds):
    names = [name for name in action.option_strings if not (isinstance(action, argparse.BooleanOptionalAction) and name.startswith('--no-'))]
    flag = next(name for name in names if name.startswith('--'))
    told = {'flag': flag}
    aliases = sorted(name for name in names if name != flag)
    if aliases:
        told['aliases'] = aliases
    told['type'] = kind_of(action)
    choices = registries.get(flag) or ([str(plain(one)) for one in action.choices] if action.choices else None)
    if choices:
        told['choices'] = sorted(choices)
    if action.nargs in ('+', '*', '?') or isinstance(action.nargs, int) and action.nargs > 0:
        told['nargs'] = str(action.nargs)
    if told['type'] in ('integer', 'number', 'count'):
        told.update({key: plain(value) for key, value in sorted(bounds.get(action.dest, {}).items())})
    default = plain(action.default)
    if default is not None and default != argparse.SUPPRESS:
        told['default'] = default
    if type(action).__name__.startswith('Deprecated') or action in getattr(sys.modules.get('vllm.utils.argparse_utils'), 'FlexibleArgumentParser', argparse.Action).__dict__.get('_deprecated', ()):
        told['deprecated'] = True
    return told


def main(package, version, file):
    _, parser, registries, bounds = load(package)
    actions = [action for action in parser._actions if any(name.startswith('--') for name in action.option_strings) and not isinstance(action, argparse._HelpAction)]
    flags = sorted((flag_of(action, registries, bounds) for action in actions), key=lambda told: told['flag'])
    header = {'engine': package, 'version': version, 'source': f'the parser of the package {package} {version}, read by tools/engine-flags'}
    lines = ',\n'.join('    ' + json.dumps(told, ensure_ascii=False) for told in flags)
    with open(file, 'w', encoding='utf8') as out:
        out.write(json.dumps(header, indent=2, ensure_ascii=False)[:-2] + ',\n  "flags": [\n' + lines + '\n  ]\n}\n')
    print(f'{file}: {len(flags)} flags')


main(*sys.argv[1:])
