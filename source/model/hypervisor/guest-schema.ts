// What a running 32-bit guest shows of itself: a record of plain data, which its process (source/programs/vmm.ts) publishes whenever the guest
// stops, and now and then while it runs. Panels and checks read it; nothing of the machine itself is in the World.
//
// All addresses and register values are unsigned numbers. Lists are in the order in which they should be shown, and of bounded length.

import type {RunnerName} from './technique/techniques.js';

export type GuestState =
	| 'running'
	/** By somebody's wish: between two instructions. */
	| 'paused'
	/** HLT with interrupts off: it has ended. */
	| 'halted'
	/** HLT with interrupts on and nothing set that would wake it. */
	| 'waiting'
	| 'triple-fault'
	/** The instructions that it was given are used up. */
	| 'budget'
	/** It came to an instruction or a mode that the machine does not have. */
	| 'not-modelled'
	/** The host has no frame left for it. */
	| 'out-of-memory'
	/** A paravirtual kernel asked its hypervisor to end it. */
	| 'shut-down'
	/** A paravirtual kernel did what its hypervisor cannot let it do. */
	| 'crashed';

/** A segment register: what is in it, and what the processor keeps of the descriptor. */
export type SegmentRow = {
	readonly name: 'CS' | 'SS' | 'DS' | 'ES' | 'FS' | 'GS' | 'LDTR' | 'TR';
	readonly selector: number;
	readonly base: number;
	readonly limit: number;
	/** Descriptor privilege level. */
	readonly dpl: number;
	/** Bits 8 to 23 of the descriptor's second word, at their places. */
	readonly attributes: number;
};

export type RegisterName = 'EAX' | 'EBX' | 'ECX' | 'EDX' | 'ESI' | 'EDI' | 'EBP' | 'ESP' | 'EIP' | 'EFLAGS' | 'CR0' | 'CR2' | 'CR3' | 'CR4';

/** An instruction of a listing. */
export type CodeRow = {
	readonly address: number;
	/** `0f 01 e0`. */
	readonly bytes: string;
	/** In NASM's syntax. */
	readonly text: string;
};

/** One table entry that a page walk read. */
export type WalkRow = {
	/** `guest`: the guest's own tables; `shadow`: those of a hypervisor that stand in for them; `nested`: the second dimension (EPT). */
	readonly tables: 'guest' | 'shadow' | 'nested';
	/** What the tables are asked for: linear, or in a nested walk the guest-physical address of each table of the guest and of the page. */
	readonly asked: number;
	/** 0 is the last level; 1 the page directory of 32-bit paging. */
	readonly level: number;
	readonly index: number;
	/** Where the entry is, as an address of the machine that the tables belong to: guest-physical for `guest`, host-physical otherwise. */
	readonly entryAddress: number;
	readonly entry: number;
};

/** The way of one address: GVA -> GPA -> HVA -> HPA. A stage that was not reached is undefined. */
export type WalkRecord = {
	readonly gva: number;
	readonly access: 'read' | 'write' | 'fetch';
	/**
	 * Under nested paging both dimensions, as the processor reads them. Under shadow paging first the guest's tables, which only the
	 * hypervisor reads, when it makes an entry, then the shadow's, which the processor reads.
	 */
	readonly steps: readonly WalkRow[];
	/** How many of the steps are the processor's own on a TLB miss. */
	readonly references: number;
	readonly gpa: number | undefined;
	readonly hva: number | undefined;
	readonly hpa: number | undefined;
	/** Why there is no translation: `page directory entry 3 is not present`. */
	readonly failed: string | undefined;
};

export type TlbRow = {
	/** Of the page: linear, and physical in the machine that the processor really is (the host's, under a hypervisor). */
	readonly linear: number;
	readonly physical: number;
	/** Whose entry: 0 on the bare machine, 1 the guest's, 2 of the hypervisor emulating for it. */
	readonly vpid: number;
	readonly writable: boolean;
	readonly user: boolean;
	readonly dirty: boolean;
	readonly global: boolean;
};

/** Times that the processor came back to the hypervisor. */
export type ExitRow = {
	/** Intel's basic exit reason (SDM vol. 3, appendix C). */
	readonly reason: number;
	readonly name: string;
	readonly count: number;
};

export type ExceptionRow = {readonly vector: number; readonly name: string; readonly count: number};

export type GuestCounts = {
	/** Units of the guest's time: an instruction takes one. */
	readonly clock: number;
	/** Of these, while it was halted. */
	readonly idle: number;
	/** Instructions that the processor ran by itself. */
	readonly direct: number;
	/** Instructions that the hypervisor did. */
	readonly emulated: number;
	/** Exits of all reasons together. */
	readonly exits: number;
	readonly shadowFills: number;
	readonly nestedFills: number;
	readonly hypercalls: number;
	readonly translatedBlocks: number;
	readonly callouts: number;
	/** Of the processor's TLB and page walker, whoever used them. */
	readonly tlbHits: number;
	readonly tlbMisses: number;
	readonly walkReads: number;
};

/** A block of the translation cache: the guest's code, and what runs in its place. */
export type BlockRow = {
	readonly guestAddress: number;
	readonly cacheAddress: number;
	readonly guest: readonly CodeRow[];
	readonly translation: readonly CodeRow[];
	/** Instructions that were copied without a change. */
	readonly identical: number;
};

/** A slot of guest memory (KVM_SET_USER_MEMORY_REGION). */
export type SlotRow = {readonly slot: number; readonly gpa: number; readonly bytes: number; readonly hva: number; readonly residentPages: number};

/** A page of the guest's and the frame of the host behind it. */
export type ResidentRow = {readonly gpa: number; readonly hpa: number};

export type GuestMemoryMap = {
	readonly slots: readonly SlotRow[];
	/** The first pages that have frames. */
	readonly resident: readonly ResidentRow[];
	/** Frames of tables that the hypervisor made, shadow or nested. */
	readonly tableFrames: readonly number[];
	readonly freeFrames: number;
};

export type GuestRecord = {
	readonly name: string;
	/** The process that it runs in. */
	readonly task: number;
	/** The user whose it is. */
	readonly uid: number;
	/** The file that it was started from. */
	readonly file: string;
	readonly technique: RunnerName;
	readonly memoryBytes: number;
	readonly state: GuestState;
	/** More about a state that says too little: the instruction that is not modelled. */
	readonly detail: string | undefined;
	/** Grows with every publication. */
	readonly version: number;
	/** As the guest takes them to be. */
	readonly registers: Readonly<Record<RegisterName, number>>;
	/** The ring in which the guest takes itself to be, and the one in which the processor runs it now. */
	readonly ring: {readonly guest: number; readonly real: number};
	readonly segments: readonly SegmentRow[];
	readonly gdtr: {readonly base: number; readonly limit: number};
	readonly idtr: {readonly base: number; readonly limit: number};
	/** From EIP on. */
	readonly code: readonly CodeRow[];
	/** Of what was touched last: the code, the stack, and the address of the last page fault. */
	readonly walks: ReadonlyArray<{readonly what: 'EIP' | 'ESP' | 'CR2'; readonly walk: WalkRecord}>;
	readonly tlb: readonly TlbRow[];
	readonly counts: GuestCounts;
	readonly exits: readonly ExitRow[];
	readonly exceptions: readonly ExceptionRow[];
	readonly blocks: readonly BlockRow[];
	/** Undefined on the bare machine, which has no hypervisor between it and its memory. */
	readonly memory: GuestMemoryMap | undefined;
	/** The last of what the guest printed, at most 4 KiB, and how much it was altogether. */
	readonly console: {readonly tail: string; readonly bytes: number};
};

export type GuestSchema = {
	/** By the id of the task that the guest runs in; a record whose task is gone is stale (guest-table.ts). */
	[guests: `guest:${number}`]: GuestRecord;
};
