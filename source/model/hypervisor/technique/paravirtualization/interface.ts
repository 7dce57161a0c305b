// Numbers and layouts of Xen's interface to 32-bit paravirtual guests. Source: Xen, xen/include/public/{xen,arch-x86/xen-x86_32,
// event_channel,sched,grant_table}.h. Guests use page tables without PAE, as Xen 2 and 3.0 had them.

/** Everything from here up is Xen's in every address space. */
export const hypervisorStart = 0xFC00_0000;
/** Where Xen's part of the descriptor table lies; the guest's own 14 pages below it are not modelled. */
export const gdtBase = 0xFC40_0000;

export const flatSelector = {kernelCode: 0xE019, kernelData: 0xE021, userCode: 0xE02B, userData: 0xE033} as const;

/** INT 0x82 calls Xen: EAX is the number, EBX ECX EDX ESI EDI the arguments, EAX the result. */
export const hypercallVector = 0x82;

export const hypercallNumber = {
	set_trap_table: 0, mmu_update: 1, stack_switch: 3, set_callbacks: 4, multicall: 13, update_va_mapping: 14, set_timer_op: 15,
	xen_version: 17, console_io: 18, grant_table_op: 20, iret: 23, mmuext_op: 26, sched_op: 29, event_channel_op: 32,
} as const;

export type HypercallName = keyof typeof hypercallNumber;

/** Errors are negative numbers of Linux. */
export const errno = {EPERM: -1, ENOENT: -2, EFAULT: -14, EINVAL: -22, ENOSPC: -28, ENOSYS: -38} as const;

export const domIdSelf = 0x7FF0;

/** struct start_info, which ESI points at when a domain begins. */
export const startInfo = {
	magic: 'xen-3.0-x86_32', nrPages: 32, sharedInfo: 36, flags: 40, ptBase: 64, nrPtFrames: 68, mfnList: 72, commandLine: 84,
	privilegedFlag: 1, initialDomainFlag: 2,
} as const;

/** struct shared_info: the first virtual processor's word of events, and the bitmaps of all ports. */
export const sharedInfo = {upcallPending: 0, upcallMask: 1, pendingSelector: 4, cr2: 8, systemTime: 40, pending: 0x800, mask: 0x880} as const;

export const maxPorts = 1024;

/** Of EVENT_CHANNEL_OP. */
export const eventOp = {bindInterdomain: 0, bindVirq: 1, close: 3, send: 4, status: 5, allocUnbound: 6, unmask: 9} as const;
export const virqTimer = 0;

export const schedOp = {yield: 0, block: 1, shutdown: 2} as const;
export const shutdownReasons = ['poweroff', 'reboot', 'suspend', 'crash'] as const;
export type ShutdownReason = (typeof shutdownReasons)[number];

export const mmuextOp = {pinL1: 0, pinL2: 1, unpin: 4, newBaseptr: 5, tlbFlushLocal: 6, invlpgLocal: 7} as const;

export const grantOp = {mapGrantRef: 0, unmapGrantRef: 1, setupTable: 2} as const;
export const grantFlags = {permitAccess: 1, readOnly: 4} as const;

/** 50 million instructions a second, as the machine's timer has it (model/machine/devices/pit.ts). */
export const nsPerInstruction = 20;
