// Signals: their numbers, their default effects. Source: signal(7), x86 numbers.

export const signalNumbers = {
	HUP: 1, INT: 2, QUIT: 3, ILL: 4, TRAP: 5, ABRT: 6, BUS: 7, FPE: 8, KILL: 9, USR1: 10, SEGV: 11, USR2: 12, PIPE: 13,
	ALRM: 14, TERM: 15, STKFLT: 16, CHLD: 17, CONT: 18, STOP: 19, TSTP: 20, TTIN: 21, TTOU: 22, URG: 23, XCPU: 24,
	XFSZ: 25, VTALRM: 26, PROF: 27, WINCH: 28, IO: 29, PWR: 30, SYS: 31,
} as const;

export type SignalName = keyof typeof signalNumbers;

export type DefaultAction = 'terminate' | 'core' | 'ignore' | 'stop' | 'continue';

const exceptions: Partial<Record<SignalName, DefaultAction>> = {
	QUIT: 'core', ILL: 'core', TRAP: 'core', ABRT: 'core', BUS: 'core', FPE: 'core', SEGV: 'core', XCPU: 'core', XFSZ: 'core',
	SYS: 'core', CHLD: 'ignore', URG: 'ignore', WINCH: 'ignore', CONT: 'continue', STOP: 'stop', TSTP: 'stop', TTIN: 'stop',
	TTOU: 'stop',
};

export function defaultAction(signal: SignalName): DefaultAction {
	return exceptions[signal] ?? 'terminate';
}

/** `TERM`, `SIGTERM`, `term` or `15` as the signal they name. */
export function parseSignal(text: string): SignalName | undefined {
	const bare = text.toUpperCase().replace(/^SIG/v, '');
	if (Object.hasOwn(signalNumbers, bare)) {
		return bare as SignalName;
	}

	return (Object.keys(signalNumbers) as SignalName[]).find(name => String(signalNumbers[name]) === bare);
}

/** What strsignal(3) says, as shells print it for a killed job. */
export const signalText: Record<SignalName, string> = {
	HUP: 'Hangup', INT: 'Interrupt', QUIT: 'Quit', ILL: 'Illegal instruction', TRAP: 'Trace/breakpoint trap', ABRT: 'Aborted',
	BUS: 'Bus error', FPE: 'Floating point exception', KILL: 'Killed', USR1: 'User defined signal 1',
	SEGV: 'Segmentation fault', USR2: 'User defined signal 2', PIPE: 'Broken pipe', ALRM: 'Alarm clock', TERM: 'Terminated',
	STKFLT: 'Stack fault', CHLD: 'Child exited', CONT: 'Continued', STOP: 'Stopped (signal)', TSTP: 'Stopped',
	TTIN: 'Stopped (tty input)', TTOU: 'Stopped (tty output)', URG: 'Urgent I/O condition', XCPU: 'CPU time limit exceeded',
	XFSZ: 'File size limit exceeded', VTALRM: 'Virtual timer expired', PROF: 'Profiling timer expired',
	WINCH: 'Window changed', IO: 'I/O possible', PWR: 'Power failure', SYS: 'Bad system call',
};
