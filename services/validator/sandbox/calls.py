"""System calls that a parser never needs, with their numbers on x86_64 and aarch64 (`-`: it has none)."""

_TABLE = """
socket 41 198
connect 42 203
accept 43 202
accept4 288 242
bind 49 200
listen 50 201
socketpair 53 199
sendto 44 206
sendmsg 46 211
sendmmsg 307 269
clone 56 220
fork 57 -
vfork 58 -
execve 59 221
execveat 322 281
ptrace 101 117
kill 62 129
tkill 200 130
tgkill 234 131
rt_sigqueueinfo 129 138
rt_tgsigqueueinfo 297 240
setpriority 141 140
sched_setparam 142 118
sched_setscheduler 144 119
sched_setattr 314 274
sched_setaffinity 203 122
ioprio_set 251 30
migrate_pages 256 238
move_pages 279 239
kcmp 312 272
process_vm_readv 310 270
process_vm_writev 311 271
pidfd_open 434 434
pidfd_send_signal 424 424
pidfd_getfd 438 438
process_madvise 440 440
process_mrelease 448 448
open_by_handle_at 304 265
truncate 76 45
ftruncate 77 46
rename 82 -
renameat 264 38
renameat2 316 276
mkdir 83 -
mkdirat 258 34
rmdir 84 -
creat 85 -
link 86 -
linkat 265 37
unlink 87 -
unlinkat 263 35
symlink 88 -
symlinkat 266 36
chmod 90 -
fchmod 91 52
fchmodat 268 53
fchmodat2 452 452
chown 92 -
lchown 94 -
fchown 93 55
fchownat 260 54
mknod 133 -
mknodat 259 33
utime 132 -
utimes 235 -
futimesat 261 -
utimensat 280 88
setxattr 188 5
lsetxattr 189 6
fsetxattr 190 7
setxattrat 463 463
removexattr 197 14
lremovexattr 198 15
fremovexattr 199 16
removexattrat 466 466
mount 165 40
umount2 166 39
pivot_root 155 41
chroot 161 51
open_tree 428 428
move_mount 429 429
fsopen 430 430
mount_setattr 442 442
unshare 272 97
setns 308 268
bpf 321 280
add_key 248 217
request_key 249 218
keyctl 250 219
userfaultfd 323 282
io_uring_setup 425 425
io_uring_enter 426 426
io_uring_register 427 427
perf_event_open 298 241
init_module 175 105
finit_module 313 273
kexec_load 246 104
reboot 169 142
"""

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
OPEN = {"x86_64": ((2, 1), (257, 2)), "aarch64": ((56, 2),)}
"""Calls that open files, each with the position of the argument that holds the flags."""

OF_OTHERS = {"x86_64": (302,), "aarch64": (261,)}
"""prlimit64: what it may be told of is the caller itself, process 0; a limit of another process would end that one."""

UNKNOWN = (435, 437)
"""clone3 and openat2: the C library falls back to calls that can be judged when it is told that these do not exist."""


def refused(machine: str) -> tuple[int, ...]:
    """Return the numbers of the refused calls on this machine."""
    column = {"x86_64": 1, "aarch64": 2}[machine]
    rows = (line.split() for line in _TABLE.split("\n") if line)
    return tuple(int(row[column]) for row in rows if row[column] != "-")
