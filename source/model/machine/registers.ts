// Registers by the numbers that instructions use (SDM vol. 2, table 2-2).

export const EAX = 0;
export const ECX = 1;
export const EDX = 2;
export const EBX = 3;
export const ESP = 4;
export const EBP = 5;
export const ESI = 6;
export const EDI = 7;

/** Index of a register that is always 0: an address without a base or an index uses it. */
export const noRegister = 8;

export const ES = 0;
export const CS = 1;
export const SS = 2;
export const DS = 3;
export const FS = 4;
export const GS = 5;

export const registerNames = {
	1: ['al', 'cl', 'dl', 'bl', 'ah', 'ch', 'dh', 'bh'],
	2: ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'],
	4: ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'],
} as const;

export const segmentNames = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'] as const;
