#!/usr/bin/env bash
# Installs what the platform needs: clamd, freshclam, libmagic, tesseract with Latvian and English, hunspell with English, libexttextcat, Prometheus for the drill of the alerts, and (where Debian
# left it out) Python's venv module from the system's packages, and the virtual environment with locked and hashed packages. Says what it does; does nothing
# when all of it stands already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly PYTHON="${PYTHON:-python3}"
readonly STAMP=.venv/.setup
readonly NO_RIGHT=77
export PATH="$PATH:/usr/sbin:/usr/local/sbin:/sbin:/opt/homebrew/sbin"
export PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf 'setup: %s\n' "$*"; }
complain() { printf 'setup: %s\n' "$@" >&2; }
fail() { complain "$@"; exit 1; }
has() { command -v "$1" >/dev/null && [[ -x "$(command -v "$1")" ]]; }

require_python() {
  has "$PYTHON" || fail "$PYTHON is not installed. Install it with:" "  sudo apt-get install -y python3 python3-venv"
  "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "$PYTHON is $("$PYTHON" -V 2>&1), but Python 3.11 or newer is needed." \
      "Where a newer one is installed, name it:  make setup PYTHON=python3.12"
}

fingerprint() {
  { cat requirements/dev.txt requirements/uv.txt local/setup.sh; pwd; .venv/bin/python -V; } 2>/dev/null | cksum
}

environment_stands() { [[ -x .venv/bin/results && -f $STAMP ]] && [[ "$(fingerprint)" == "$(cat "$STAMP")" ]]; }
environment_has_pip() { [[ -x .venv/bin/python && -x .venv/bin/pip ]]; }
python_makes_environments() { "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; }
libmagic_is_there() {
  [[ "$(ldconfig -p 2>/dev/null)" == *libmagic.so.1* ]] || .venv/bin/python -c 'import magic; magic.Magic()' 2>/dev/null
}

dictionary_is_there() { [[ -f "/usr/share/$1" || "$(uname)" == Darwin ]]; }
library_is_there() { [[ "$(ldconfig -p 2>/dev/null)" == *"$1"* || "$(uname)" == Darwin ]]; }
tesseract_reads() { [[ "$(tesseract --list-langs 2>/dev/null)" == *"$1"* ]]; }

# The system's packages that are needed and not there, one a line.
missing_packages() {
  environment_has_pip || python_makes_environments || echo "$(basename "$PYTHON")-venv"
  has clamd || echo clamav-daemon
  has freshclam || echo clamav-freshclam
  libmagic_is_there || echo libmagic1
  has tesseract || echo tesseract-ocr
  tesseract_reads lav || echo tesseract-ocr-lav
  tesseract_reads eng || echo tesseract-ocr-eng
  library_is_there libhunspell-1.7.so.0 || echo libhunspell-1.7-0
  library_is_there libexttextcat-2.0.so.0 || echo libexttextcat-2.0-0
  dictionary_is_there hunspell/en_GB.dic || echo hunspell-en-gb
  dictionary_is_there hunspell/en_US.dic || echo hunspell-en-us
  dictionary_is_there libexttextcat/lv.lm || echo libexttextcat-data
  has prometheus || echo prometheus
}

install_packages() {
  local as=() log install="apt-get install -y --no-install-recommends $*"
  local by_hand="  sudo apt-get update && sudo $install"
  has apt-get || fail "missing: $*; and there is no apt-get here." "On macOS:  brew install clamav libmagic tesseract tesseract-lang hunspell libexttextcat prometheus"
  if [[ $EUID -ne 0 ]]; then
    if ! sudo -n true 2>/dev/null; then
      complain "missing: $*. Installing needs root. Run this once, then try again:" "$by_hand"
      exit "$NO_RIGHT"
    fi
    as=(sudo -n)
  fi
  say "installing $* with apt-get"
  log=$(mktemp)
  if ! { "${as[@]}" apt-get update -q && "${as[@]}" env DEBIAN_FRONTEND=noninteractive $install; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    fail "apt-get failed; its last lines are above. Run it by hand, then try again:" "$by_hand"
  fi
  rm -f "$log"
  [[ -z "$(missing_packages)" ]] || fail "still missing: $(missing_packages | tr '\n' ' ')" "Try:  ${by_hand/install -y/install -y --reinstall}"
}

make_environment() {
  if ! environment_has_pip; then
    say "making the virtual environment .venv with $("$PYTHON" -V)"
    rm -rf .venv
    "$PYTHON" -m venv .venv
  fi
  say "installing locked packages into .venv"
  .venv/bin/python -m pip install --quiet --require-hashes -r requirements/uv.txt
  if ! .venv/bin/uv pip sync --quiet --require-hashes --python .venv/bin/python requirements/dev.txt; then
    say "uv could not; trying pip, which takes longer"
    .venv/bin/python -m pip install --quiet --require-hashes -r requirements/dev.txt
  fi
}

install_command() {
  say "putting the command 'results' into .venv/bin"
  pwd > "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/results-platform.pth"
  printf '%s\n' "#!$PWD/.venv/bin/python" 'from local.cli import main' '' 'main()' > .venv/bin/results
  chmod +x .venv/bin/results
}

main() {
  local missing changed=
  environment_stands || require_python
  missing=$(missing_packages)
  if [[ -n $missing ]]; then
    install_packages $missing
    changed=1
  fi
  if ! environment_stands; then
    make_environment
    install_command
    fingerprint > "$STAMP"
    changed=1
  fi
  [[ -z $changed ]] || say "done"
}

main
