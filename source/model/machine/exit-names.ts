// Names of the basic VM-exit reasons as Linux prints them in traces and statistics. Source: Linux, arch/x86/include/uapi/asm/vmx.h,
// VMX_EXIT_REASONS; numbers from the Intel SDM vol. 3, appendix C.

const names: Readonly<Record<number, string>> = {
	0: 'EXCEPTION_NMI', 1: 'EXTERNAL_INTERRUPT', 2: 'TRIPLE_FAULT', 7: 'INTERRUPT_WINDOW', 8: 'NMI_WINDOW', 9: 'TASK_SWITCH', 10: 'CPUID', 12: 'HLT',
	13: 'INVD', 14: 'INVLPG', 15: 'RDPMC', 16: 'RDTSC', 18: 'VMCALL', 19: 'VMCLEAR', 20: 'VMLAUNCH', 21: 'VMPTRLD', 22: 'VMPTRST', 23: 'VMREAD',
	24: 'VMRESUME', 25: 'VMWRITE', 26: 'VMOFF', 27: 'VMON', 28: 'CR_ACCESS', 29: 'DR_ACCESS', 30: 'IO_INSTRUCTION', 31: 'MSR_READ', 32: 'MSR_WRITE',
	33: 'INVALID_STATE', 36: 'MWAIT_INSTRUCTION', 39: 'MONITOR_INSTRUCTION', 40: 'PAUSE_INSTRUCTION', 46: 'GDTR_IDTR', 47: 'LDTR_TR',
	48: 'EPT_VIOLATION', 49: 'EPT_MISCONFIG', 54: 'WBINVD',
};

export function exitName(reason: number): string {
	return names[reason] ?? `reason ${reason}`;
}
