"""Writes what an installed engine takes: names, types, choices. Facts only, in a stable order.

    python read_flags.py PACKAGE VERSION FILE
"""
import argparse
import contextlib
import enum
import inspect
import io
import json
import os
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
    choices = registries.get(flag) or ([str(plain(one)) for one in action.choices if one is not None] if action.choices else None)
    if choices:
        told['choices'] = sorted(set(choices) - {'None'})
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


def is_gone(action):
    """A name that is kept to say what to write instead."""
    try:
        with contextlib.redirect_stderr(io.StringIO()) as said:
            if type(action).__name__ == 'DeprecatedAction':
                alone = argparse.ArgumentParser()
                alone._add_action(action)
                alone.parse_args([action.option_strings[0]])
    except SystemExit:
        return 'no longer supported' in said.getvalue()
    return False


def main(package, version, file):
    _, parser, registries, bounds = load(package)
    actions = [action for action in parser._actions if any(name.startswith('--') for name in action.option_strings) and not isinstance(action, argparse._HelpAction) and not is_gone(action)]
    flags = sorted((flag_of(action, registries, bounds) for action in actions), key=lambda told: told['flag'])
    header = {'engine': package.removesuffix('-cpu'), 'version': version, 'source': f'the parser of the package {package} {version}, read by tools/engine-flags'}
    if os.path.exists(file):
        with open(file, encoding='utf8') as known:
            before = json.load(known)
        if before['source'] != header['source']:
            sys.exit(compare(before['flags'], flags, before['source']))
    lines = ',\n'.join('    ' + json.dumps(told, ensure_ascii=False) for told in flags)
    with open(file, 'w', encoding='utf8') as out:
        out.write(json.dumps(header, indent=2, ensure_ascii=False)[:-2] + ',\n  "flags": [\n' + lines + '\n  ]\n}\n')
    print(f'{file}: {len(flags)} flags')


def compare(before, now, source):
    """Builds of one version for other hardware share a list: they must take the same."""
    different = [one['flag'] for one in now if one not in before] + [one['flag'] for one in before if one not in now]
    print(f'the same flags as {source}' if not different else f'not the same as {source}: {" ".join(sorted(set(different)))}')
    return 1 if different else 0


main(*sys.argv[1:])
