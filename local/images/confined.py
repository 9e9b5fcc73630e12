"""Run something in the root of an image as a pod would: not as root, nothing to gain, two folders to write to."""

from collections.abc import Mapping
from pathlib import Path

from local.images.buildah import AS_ROOT, Image

WRITABLE = ("tmp", "var/lib/results")
# The mounts are this process' own and go with it. Everything execs: the last program is the process that was started.
_SCRIPT = """
root=$1; shift
for folder in $WRITABLE proc dev; do mkdir -p "$root/$folder"; done
mount --bind "$root" "$root"
mount --rbind /dev "$root/dev"
mount --rbind /proc "$root/proc"
for folder in $WRITABLE; do mount -t tmpfs -o mode=1777 tmpfs "$root/$folder"; done
mount -o remount,bind,ro "$root"
exec chroot "$root" setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups --no-new-privs --bounding-set=-all \
  --inh-caps=-all -- env -i "$@"
"""


def confined(root: Path, image: Image, command: tuple[str, ...], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the command line that runs `command` with the image's user, folder and environment, and with more of it.

    Its mounts are in a namespace of their own.
    """
    user = image.user.split(":", 1)[0] or "0"
    variables = (f"{name}={text}" for name, text in (image.environment | dict(environment)).items())
    settings = (f"WRITABLE={' '.join(WRITABLE)}", f"USER_ID={user}")
    shell = ("sh", "-euc", _SCRIPT, "sh", str(root), "-C", image.folder, *variables, *command)
    return (*AS_ROOT, "unshare", "--mount", "--propagation", "private", "env", *settings, *shell)
