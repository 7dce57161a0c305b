// The kernel's way to refuse: an error number with its name, and the C library's words for it.
// Source: Linux include/uapi/asm-generic/errno*.h; texts of glibc's strerror(3).

/** The texts of strerror(3), which real tools print after their own words. */
export const errorText = {
	EPERM: 'Operation not permitted',
	ENOENT: 'No such file or directory',
	ESRCH: 'No such process',
	EINTR: 'Interrupted system call',
	EIO: 'Input/output error',
	ENXIO: 'No such device or address',
	E2BIG: 'Argument list too long',
	ENOEXEC: 'Exec format error',
	EBADF: 'Bad file descriptor',
	ECHILD: 'No child processes',
	EAGAIN: 'Resource temporarily unavailable',
	ENOMEM: 'Cannot allocate memory',
	EACCES: 'Permission denied',
	EBUSY: 'Device or resource busy',
	EEXIST: 'File exists',
	EXDEV: 'Invalid cross-device link',
	ENODEV: 'No such device',
	ENOTDIR: 'Not a directory',
	EISDIR: 'Is a directory',
	EINVAL: 'Invalid argument',
	ENFILE: 'Too many open files in system',
	EMFILE: 'Too many open files',
	ENOTTY: 'Inappropriate ioctl for device',
	ETXTBSY: 'Text file busy',
	EFBIG: 'File too large',
	ENOSPC: 'No space left on device',
	ESPIPE: 'Illegal seek',
	EROFS: 'Read-only file system',
	EMLINK: 'Too many links',
	EPIPE: 'Broken pipe',
	ERANGE: 'Numerical result out of range',
	ENAMETOOLONG: 'File name too long',
	ENOSYS: 'Function not implemented',
	ENOTEMPTY: 'Directory not empty',
	ELOOP: 'Too many levels of symbolic links',
	ENODATA: 'No data available',
	EOVERFLOW: 'Value too large for defined data type',
	ENOTSOCK: 'Socket operation on non-socket',
	EPROTONOSUPPORT: 'Protocol not supported',
	EOPNOTSUPP: 'Operation not supported',
	EAFNOSUPPORT: 'Address family not supported by protocol',
	EADDRINUSE: 'Address already in use',
	EADDRNOTAVAIL: 'Cannot assign requested address',
	ENETDOWN: 'Network is down',
	ENETUNREACH: 'Network is unreachable',
	ECONNRESET: 'Connection reset by peer',
	EISCONN: 'Transport endpoint is already connected',
	ENOTCONN: 'Transport endpoint is not connected',
	ETIMEDOUT: 'Connection timed out',
	ECONNREFUSED: 'Connection refused',
	EHOSTUNREACH: 'No route to host',
	EINPROGRESS: 'Operation now in progress',
	ESTALE: 'Stale file handle',
	EDQUOT: 'Disk quota exceeded',
} as const;

export type Errno = keyof typeof errorText;

/** What a system call returns when the kernel refuses. */
export type Failure = {readonly errno: Errno};

const failures = new Map<Errno, Failure>();

export function failure(errno: Errno): Failure {
	let value = failures.get(errno);
	if (value === undefined) {
		value = Object.freeze({errno});
		failures.set(errno, value);
	}

	return value;
}

export function failed(result: unknown): result is Failure {
	return typeof result === 'object' && result !== null && 'errno' in result;
}

export function errorTextOf(result: Failure): string {
	return errorText[result.errno];
}
