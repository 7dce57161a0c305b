// Every limit of the simulated kernel in one place. Those of Linux carry its name; the others bound what one session may use.

/** NAME_MAX of limits.h. */
export const maxNameBytes = 255;
/** PATH_MAX of limits.h, with the terminating zero. */
export const maxPathBytes = 4096;
/** MAXSYMLINKS of include/linux/namei.h. */
export const maxSymlinks = 40;
/** Pipe capacity, pipe(7). */
export const pipeCapacityBytes = 65_536;
/** Writes up to this size are atomic, pipe(7). */
export const pipeAtomicBytes = 4096;
/** BINPRM_MAX_RECURSION: how often a script may be the interpreter of a script. */
export const maxInterpreters = 5;
/** RLIMIT_NOFILE as systemd sets it for login sessions. */
export const maxOpenFiles = 1024;
/** kernel.pid_max on 64-bit machines. */
export const maxPid = 4_194_304;
/** Bytes of argv and environment together: a quarter of the 8 MiB stack limit, execve(2). */
export const maxArgumentBytes = 2 * 1024 * 1024;
/** Largest file. Choice: holes are free, so this only keeps offsets exact. */
export const maxFileBytes = 16 * 2 ** 40;
/** Tasks of one kernel. Choice: bounds fork bombs before the memory of the machine that plays the host does. */
export const maxTasks = 8192;
/** RLIMIT_NPROC, for users without CAP_SYS_RESOURCE. Choice: as for maxTasks. */
export const maxUserTasks = 2048;
/** Bytes of file contents that all filesystems of a world may hold, besides holes and zeros; then every disk is full. Choice: what a small machine has to spare. */
export const maxStoredBytes = 256 * 2 ** 20;
/** Bytes of one read or write. Linux has 0x7ffff000; ours are really copied. */
export const maxTransferBytes = 64 * 2 ** 20;
/** Bytes of a socket's receive queue: net.core.rmem_default. */
export const socketBufferBytes = 212_992;
/** Connections that wait for accept: net.core.somaxconn. */
export const listenBacklog = 4096;
/** fs.mount-max. */
export const maxMounts = 100_000;
/** Memory of a program that has not asked for any itself. Choice: the resident size that ps shows for a small C program. */
export const programMemoryBytes = 1_572_864;
