#!/usr/bin/env bash
# Installs what the platform needs: the virtual environment with locked and hashed packages, and clamd, freshclam and
# libmagic from the system's packages. Says what it does; does nothing when all of it stands already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly PYTHON="${PYTHON:-python3}"
readonly STAMP=.venv/.setup
readonly SYSTEM_PACKAGES=(clamav-daemon clamav-freshclam libmagic1)
readonly NO_RIGHT=77

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$@" >&2; exit 1; }

python_is_new_enough() { "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

require_python() {
  command -v "$PYTHON" >/dev/null || fail "$PYTHON is not installed. Install it with:" \
    "  sudo apt-get install -y python3 python3-venv"
  python_is_new_enough || fail "$PYTHON is $("$PYTHON" -V 2>&1), but 3.11 or newer is needed." \
    "Install a newer one, then name it:  make setup PYTHON=python3.12"
}

fingerprint() {
  { cat requirements/dev.txt requirements/uv.txt local/setup.sh; pwd; .venv/bin/python -V; } 2>/dev/null | cksum
}

environment_stands() { [[ -x .venv/bin/results && -f $STAMP ]] && [[ "$(fingerprint)" == "$(cat "$STAMP")" ]]; }

make_environment() {
  if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    say "making the virtual environment .venv with $("$PYTHON" -V)"
    rm -rf .venv
    "$PYTHON" -m venv .venv || fail "$PYTHON cannot make virtual environments. Install what is missing with:" \
      "  sudo apt-get install -y python3-venv"
  fi
}

install_packages() {
  say "installing locked packages into .venv"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
  if ! .venv/bin/uv pip sync --quiet --require-hashes --python .venv/bin/python requirements/dev.txt; then
    say "uv could not; trying pip, which takes longer"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
  fi
}

install_command() {
  say "putting the command 'results' into .venv/bin"
  pwd > "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/results-platform.pth"
  printf '%s\n' "#!$PWD/.venv/bin/python" 'from local.cli import main' '' 'main()' > .venv/bin/results
  chmod +x .venv/bin/results
}

missing_from_system() {
  PATH="$PATH:/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin" command -v clamd >/dev/null || return 0
  PATH="$PATH:/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin" command -v freshclam >/dev/null || return 0
  ! .venv/bin/python -c 'import magic; magic.Magic()' >/dev/null 2>&1
}

install_from_system() {
  local install="apt-get install -y --no-install-recommends ${SYSTEM_PACKAGES[*]}" as=()
  command -v apt-get >/dev/null || fail "clamd, freshclam or libmagic is missing, and there is no apt-get here." \
    "On macOS:  brew install clamav libmagic"
  if [[ $EUID -ne 0 ]]; then
    if ! sudo -n true 2>/dev/null; then
      printf 'setup: %s\n' "clamd, freshclam or libmagic is missing, and installing needs root. Run this once, then try again:" \
        "  sudo apt-get update && sudo $install" >&2
      exit "$NO_RIGHT"
    fi
    as=(sudo -n)
  fi
  say "installing ${SYSTEM_PACKAGES[*]} with apt-get"
  local log
  log=$(mktemp)
  export DEBIAN_FRONTEND=noninteractive
  { "${as[@]}" apt-get update -q && "${as[@]}" env DEBIAN_FRONTEND=noninteractive $install; } >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    fail "apt-get failed (its last lines are above). Run it by hand, then try again:" "  sudo apt-get update && sudo $install"
  }
  rm -f "$log"
}

main() {
  local changed=0
  if ! environment_stands; then
    require_python
    make_environment
    install_packages
    install_command
    changed=1
  fi
  if missing_from_system; then
    install_from_system
    changed=1
  fi
  fingerprint > "$STAMP"
  [[ $changed -eq 0 ]] || say "done"
}

main "$@"
