# SPDX-License-Identifier: BSD-2-Clause
"""The completion scripts in the shells they are for, against what --help says.

usage: completion_test.py PATH_OF_GMGUARD
"""
import os
import re
import subprocess
import sys
import unittest

PROGRAM = ""


def gmguard(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=True,
                          timeout=60).stdout


def section(text, title):
    """The first words of the lines below a heading of --help."""
    found = re.search(rf"^{title}:\n((?: .*\n)*)", text, re.MULTILINE)
    lines = found.group(1).splitlines() if found else []
    return [line.split()[0] for line in lines if re.match(r"  \S", line)]


def walk(*path):
    """Every command with its words and its options, from --help."""
    text = gmguard(*path, "--help")
    options = [name for names in section(text, "Options") for name in names.split(",")]
    commands = section(text, "Subcommands")
    yield path, commands, options
    for command in commands:
        yield from walk(*path, command)


def lines_of(command):
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60,
                          env={**os.environ, "PATH": f"{os.path.dirname(PROGRAM)}:{os.environ['PATH']}"})
    assert not done.stderr, done.stderr
    return done.stdout.splitlines()


def in_bash(*questions):
    """What bash offers for each line of words, of which the last is being typed."""
    script = 'source <(gmguard completion bash)\n'
    for words in questions:
        typed = " ".join(f"'{word}'" for word in ("gmguard", *words))
        script += (f"COMP_WORDS=({typed}) COMP_CWORD={len(words)}; _gmguard; "
                   'printf "%s\\n" "${COMPREPLY[*]}"\n')
    return [line.split() for line in lines_of(["bash", "--norc", "-c", script])]


def in_fish(*questions):
    script = "gmguard completion fish | source\n"
    for words in questions:
        script += f"set -l offered (complete -C 'gmguard {' '.join(words)}' | string split -f1 \\t)\n"
        script += "echo $offered\n"
    return [line.split() for line in lines_of(["fish", "--no-config", "-c", script])]


def in_zsh(*questions):
    """By the function that zsh's emulation calls, in the emulation it calls it in."""
    script = "source <(gmguard completion zsh)\n"
    for words in questions:
        typed = " ".join(f"'{word}'" for word in ("gmguard", *words))
        script += (f"() {{ emulate -L sh; setopt kshglob noshglob braceexpand; "
                   f"COMP_WORDS=({typed}) COMP_CWORD={len(words)}; _gmguard; "
                   'printf "%s\\n" "${COMPREPLY[*]}" }\n')
    return [line.split() for line in lines_of(["zsh", "-f", "-c", script])]


# words typed -> what is offered
QUESTIONS = {
    ("st",): ["status"],
    ("mode", ""): ["get", "set"],
    ("mode", "set", "contact"): ["contact_source"],
    ("mode", "set", "--listener", "gm", "side", "en"): ["enforce"],
    ("-o", "js"): ["json", "jsonl"],
    ("drops", "--output", "t"): ["table"],
    ("attach", "--xdp-mode", "g"): ["generic"],
    ("attach", "lo"): ["lo"],
    ("bindings", "list", "--state", "b"): ["bound"],
    ("events", "--reason", "selector_t"): ["selector_taken"],
    ("completion", ""): ["bash", "fish", "zsh"],
}


class CompletionTest(unittest.TestCase):
    def check_all(self, shell, offered_by):
        asked, wanted = [], []
        for path, commands, options in walk():
            if commands:
                asked.append((*path, ""))
                wanted.append(set(commands))
            asked.append((*path, "--"))
            wanted.append({option for option in options if option.startswith("--")})
        self.assertGreater(len(asked), 30)
        for words, want, offered in zip(asked, wanted, offered_by(*asked), strict=True):
            with self.subTest(shell=shell, words=words):
                self.assertLessEqual(want, set(offered))
                if words[-1] == "":
                    self.assertEqual(want, set(offered))

    def check_values(self, shell, offered_by):
        for (words, want), offered in zip(QUESTIONS.items(), offered_by(*QUESTIONS), strict=True):
            with self.subTest(shell=shell, words=words):
                if shell == "zsh":  # which keeps of the offered what fits, later on
                    self.assertLessEqual(set(want), set(offered))
                else:
                    self.assertEqual(sorted(offered), want)

    def test_bash_offers_every_command_and_option(self):
        self.check_all("bash", in_bash)

    def test_fish_offers_every_command_and_option(self):
        self.check_all("fish", in_fish)

    def test_zsh_offers_every_command_and_option(self):
        self.check_all("zsh", in_zsh)

    def test_values_are_offered(self):
        self.check_values("bash", in_bash)
        self.check_values("fish", in_fish)
        self.check_values("zsh", in_zsh)

    def test_files_are_offered(self):
        here = os.path.abspath(__file__)
        for words in (("config", "check", here[:-3]), ("explain", "--sip", here[:-3])):
            with self.subTest(words=words):
                self.assertEqual(in_bash(words), [[here]])
                self.assertEqual(in_fish(words), [[here]])

    def test_another_shell_is_refused(self):
        done = subprocess.run([PROGRAM, "completion", "csh"], capture_output=True, text=True,
                              check=False, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn("csh", done.stderr)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
