"""Gives every command line to the parser of an installed engine and fails where it refuses one.

    node command-lines.mjs FAMILY VERSION | python parse_lines.py PACKAGE
"""
import contextlib
import io
import json
import sys

from engine_parsers import load


def refusal(parse, words):
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            parse(words)
    except SystemExit as end:
        return f'{end} {said.getvalue().strip().splitlines()[-1:]}'
    except Exception as error:  # whatever it raises, it refused
        return f'{type(error).__name__}: {error}'
    return None


def main(package):
    lines = json.load(sys.stdin)
    parse, *_ = load(package)
    refused = [(line, why) for line in lines if (why := refusal(parse, line['words'])) is not None]
    for line, why in refused:
        print(f'REFUSED {line["name"]}\n  {" ".join(line["words"])}\n  {why}')
    control = refusal(parse, [*lines[0]['words'], '--no-such-flag', '1'])
    if control is None:
        print('the parser takes a flag that does not exist: this proves nothing')
    print(f'{package}: {len(lines) - len(refused)} of {len(lines)} command lines taken')
    return 1 if refused or control is None else 0


sys.exit(main(*sys.argv[1:]))
