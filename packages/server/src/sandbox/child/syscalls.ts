/**
 * Numbers of system calls, and the two lists that the lock is made of. Data alone; filter.ts makes programs of it.
 *
 * Y1 `x64` is proven: the escape probes run against it at every start. `arm64` is written from the kernel's table and has
 *    not been run; on that machine the probes decide at the start, as everywhere.
 * Y2 What a list does not name is refused in the second stage. So a new system call of a newer kernel is refused too.
 */

export type Machine = { readonly audit: number; readonly numbers: Readonly<Record<string, number>> };

/** `name number, name number, …`; written so that a table is one screen and not five. */
const tableOf = (text: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    text
      .trim()
      .split(/,\s*/)
      .map((entry) => entry.split(' '))
      .map(([name = '', number]) => [name, Number(number)]),
  );

const x64 = tableOf(`
  read 0, write 1, open 2, close 3, stat 4, fstat 5, lstat 6, poll 7, lseek 8, mmap 9, mprotect 10,
  munmap 11, brk 12, rt_sigaction 13, rt_sigprocmask 14, rt_sigreturn 15, ioctl 16, readv 19, writev 20,
  access 21, sched_yield 24, mremap 25, madvise 28, shmget 29, dup 32, nanosleep 35, getpid 39, socket 41,
  connect 42, accept 43, bind 49, listen 50, socketpair 53, getsockopt 55, clone 56, fork 57, vfork 58,
  execve 59, exit 60, kill 62, semget 64, msgget 68, fcntl 72, chmod 90, ptrace 101, getuid 102, syslog 103, getgid 104,
  geteuid 107, getegid 108, setpgid 109, setsid 112, setgroups 116, setresuid 117, setresgid 119, capset 126, rt_sigqueueinfo 129, sigaltstack 131, mknod 133, personality 135,
  pivot_root 155, prctl 157, chroot 161, acct 163, mount 165, umount2 166, swapon 167, swapoff 168,
  reboot 169, init_module 175, delete_module 176, quotactl 179, gettid 186, tkill 200, futex 202,
  sched_getaffinity 204, io_setup 206, io_submit 209, epoll_create 213, restart_syscall 219,
  clock_gettime 228, clock_getres 229, clock_nanosleep 230, exit_group 231, epoll_wait 232,
  epoll_ctl 233, tgkill 234, mq_open 240, kexec_load 246, add_key 248, request_key 249, keyctl 250, inotify_init 253,
  openat 257, mknodat 259, ppoll 271, unshare 272, set_robust_list 273, get_robust_list 274,
  epoll_pwait 281, accept4 288, eventfd2 290, epoll_create1 291, pipe2 293, inotify_init1 294,
  rt_tgsigqueueinfo 297, perf_event_open 298, fanotify_init 300, name_to_handle_at 303,
  open_by_handle_at 304, setns 308, process_vm_readv 310, process_vm_writev 311, kcmp 312,
  finit_module 313, seccomp 317, getrandom 318, memfd_create 319, kexec_file_load 320, bpf 321, execveat 322,
  userfaultfd 323, membarrier 324, pkey_mprotect 329, pkey_alloc 330, pkey_free 331, rseq 334,
  pidfd_send_signal 424, io_uring_setup 425, io_uring_enter 426, io_uring_register 427, open_tree 428,
  move_mount 429, fsopen 430, fsconfig 431, fsmount 432, fspick 433, pidfd_open 434, clone3 435,
  openat2 437, pidfd_getfd 438, process_madvise 440, epoll_pwait2 441, mount_setattr 442,
  memfd_secret 447, process_mrelease 448, futex_waitv 449
`);

const arm64 = tableOf(`
  io_setup 0, io_submit 2, eventfd2 19, epoll_create1 20, epoll_ctl 21, epoll_pwait 22, dup 23, fcntl 25,
  inotify_init1 26, ioctl 29, mknodat 33, umount2 39, mount 40, pivot_root 41, chroot 51, openat 56,
  close 57, pipe2 59, quotactl 60, lseek 62, read 63, write 64, readv 65, writev 66, ppoll 73, fstat 80,
  acct 89, capset 91, personality 92, exit 93, exit_group 94, unshare 97, futex 98, set_robust_list 99,
  get_robust_list 100, nanosleep 101, kexec_load 104, init_module 105, delete_module 106,
  clock_gettime 113, clock_getres 114, clock_nanosleep 115, syslog 116, ptrace 117,
  sched_getaffinity 123, sched_yield 124, restart_syscall 128, kill 129, tkill 130, tgkill 131,
  sigaltstack 132, rt_sigaction 134, rt_sigprocmask 135, rt_sigqueueinfo 138, rt_sigreturn 139,
  reboot 142, setresuid 147, setresgid 149, setpgid 154, setsid 157, setgroups 159, prctl 167, getpid 172, getuid 174, geteuid 175, getgid 176, getegid 177, gettid 178, mq_open 180, msgget 186, semget 190, shmget 194,
  socket 198, socketpair 199, bind 200, listen 201, accept 202, connect 203, getsockopt 209, brk 214,
  munmap 215, mremap 216, add_key 217, request_key 218, keyctl 219, clone 220, execve 221, mmap 222,
  swapon 224, swapoff 225, mprotect 226, madvise 233, rt_tgsigqueueinfo 240, perf_event_open 241,
  accept4 242, fanotify_init 262, name_to_handle_at 264, open_by_handle_at 265, setns 268,
  process_vm_readv 270, process_vm_writev 271, kcmp 272, finit_module 273, seccomp 277, getrandom 278,
  memfd_create 279, bpf 280, execveat 281, userfaultfd 282, membarrier 283, pkey_mprotect 288, pkey_alloc 289,
  pkey_free 290, rseq 293, kexec_file_load 294, pidfd_send_signal 424, io_uring_setup 425,
  io_uring_enter 426, io_uring_register 427, open_tree 428, move_mount 429, fsopen 430, fsconfig 431,
  fsmount 432, fspick 433, pidfd_open 434, clone3 435, openat2 437, pidfd_getfd 438, process_madvise 440,
  epoll_pwait2 441, mount_setattr 442, memfd_secret 447, process_mrelease 448, futex_waitv 449
`);

/** By `process.arch`. A machine that is not here has no lock, and its runners only the WebAssembly engine. */
export const MACHINES: ReadonlyMap<string, Machine> = new Map([
  ['x64', { audit: 0xc000003e, numbers: x64 }],
  ['arm64', { audit: 0xc00000b7, numbers: arm64 }],
]);

const listOf = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Answered with ENOSYS, so that libuv falls back: operations in a ring are no system calls and pass every filter. */
export const ABSENT = ['io_uring_setup', 'io_uring_enter', 'io_uring_register'] as const;

/** Refused from the launcher on: nothing that Node needs to start. */
export const DENIED = listOf(`
  socket connect bind listen accept accept4 kill tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open
  pidfd_getfd pidfd_send_signal ptrace process_vm_readv process_vm_writev process_madvise
  process_mrelease kcmp mount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig fsmount
  fspick mount_setattr unshare setns bpf perf_event_open userfaultfd keyctl add_key request_key fork
  vfork execveat open_by_handle_at name_to_handle_at init_module finit_module delete_module kexec_load
  kexec_file_load reboot swapon swapoff acct quotactl syslog fanotify_init inotify_init inotify_init1
  io_setup io_submit mknod mknodat personality
`);

/** Memory that belongs to no process, and so would be counted for none. */
const MEMORY = listOf('memfd_create memfd_secret shmget msgget semget mq_open');

/**
 * Refused to a program that was registered as a tool server. It may make processes, but not leave the group by which all of it
 * is counted and ended.
 */
export const PROGRAM_DENIED = [
  ...DENIED.filter((name) => name !== 'fork' && name !== 'vfork'),
  'setsid',
  'setpgid',
  ...MEMORY,
];

/** All that a runner may still do once its engine is loaded: compute, allocate, and read and write what is open. */
export const ALLOWED = listOf(`
  read write readv writev close fstat lseek poll ppoll mmap mprotect munmap mremap madvise brk
  pkey_mprotect pkey_alloc pkey_free rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack futex
  futex_waitv sched_yield sched_getaffinity nanosleep clock_nanosleep clock_gettime clock_getres getpid
  gettid getuid geteuid getgid getegid exit exit_group restart_syscall set_robust_list get_robust_list
  rseq membarrier getrandom epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd2 pipe2
  dup getsockopt
`);
