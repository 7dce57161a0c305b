// Binary translation: the guest's kernel never runs itself. It is translated, a block at a time when it is first reached, into code that
// may run in ring 1 (translate.ts); user code runs directly in ring 3. So sensitive instructions that do not trap are never executed:
// what breaks trap-and-emulate on IA-32 does not happen here. Source: Adams and Agesen, ASPLOS 2006, section 3.
//
// Pages that were translated are write-protected: a write faults, is emulated, and what was made of the page is thrown away.
//
// User code with instructions that would show the real machine (SGDT and the like) must not run directly either. Pages are searched for
// their bytes before user code may use them; one that has any belongs to the supervisor, so that what runs in it faults and is
// emulated. Source: Lawton, "Running multiple operating systems concurrently on an IA32 PC" (plex86), scan before execution.
//
// Simplified: user code that writes such an instruction into a page after it was searched runs it directly.
//
// Simplified: 16-bit code segments of a guest kernel, and rings 1 and 2 of a guest, are emulated and not translated.

import {type Gpa, type Hpa, toHpa} from '../../../base/address.js';
import type {Cpu} from '../../machine/cpu.js';
import {decode} from '../../machine/decode.js';
import {attribute, isExpandDown, type Segment} from '../../machine/descriptor.js';
import {Fault, NotModelled, vector} from '../../machine/fault.js';
import type {Instruction} from '../../machine/instruction.js';
import {PageWalk} from '../../machine/page-walk.js';
import {firmwareBase, frameBytes} from '../../machine/physical-memory.js';
import {CS, GS} from '../../machine/registers.js';
import {IF, IOPL, TF} from '../../machine/flags.js';
import type {Stop} from '../../machine/run.js';
import type {VmExit} from '../../machine/vm-exit.js';
import {guestStages, nowhere, ShadowPaging} from '../memory/shadow-paging.js';
import {tableMemory} from '../memory/table-memory.js';
import {BlockStore, type OpenLink, type TranslatedBlock} from './block-store.js';
import {type CpuState, loadCpu} from './cpu-state.js';
import {fillShadow, forgetShadow} from './shadow-faults.js';
import {translate} from './translate.js';
import {codeBytes, hypervisorBase, TranslationCache} from './translation-cache.js';
import {countException, deprivileged, ownIdt, takeBack} from './trap-and-emulate.js';
import type {BlockBytes, Technique, Vcpu} from './vcpu.js';

const flatCodeInRing1 = attribute.present | attribute.codeOrData | attribute.code | attribute.accessed | attribute.big | attribute.pages | 0x2000;
const dataInRing1 = attribute.present | attribute.codeOrData | attribute.writable | attribute.accessed | attribute.big | 0x2000;

/** More code than a block can ever be: 12 instructions of at most 15 bytes, jumps and callouts. */
const largestBlock = 512;

export class BinaryTranslation implements Technique {
	readonly #vcpu: Vcpu;
	readonly shadow: ShadowPaging;
	readonly #cache: TranslationCache;
	readonly store: BlockStore;
	/** The guest's user code runs with interrupts off or with I/O rights, which PUSHF would show not to be so. */
	#showsFlags = false;

	constructor(vcpu: Vcpu) {
		this.#vcpu = vcpu;
		this.shadow = new ShadowPaging(vcpu.host.memory, vcpu.pool, vcpu.memory);
		this.#cache = new TranslationCache(vcpu.host.memory, vcpu.pool, this.shadow);
		this.store = new BlockStore(this.#cache);
		this.shadow.keepsFromUser = frame => showsTheMachine(vcpu.host.memory.read(frame, frameBytes), this.#showsFlags);
	}

	enter(budget: number): Stop | undefined {
		const {guest} = this.#vcpu;
		if (guest.cpl === 3) {
			this.#noteFlags((guest.systemFlags & (IF | IOPL)) !== IF);
			return this.#run(deprivileged(guest, this.shadow.root), budget);
		}

		// A single step is one of the guest's instructions, and a translated one may be several.
		const isTranslatable = guest.cpl === 0 && (guest.segments[CS]!.attributes & attribute.big) !== 0 && (guest.systemFlags & TF) === 0;
		const block = isTranslatable ? this.#blockAt(guest.eip) : undefined;
		return block === undefined ? this.#vcpu.emulate() : this.#runTranslated(block, budget);
	}

	/** Which pages are kept from user code depends on it. */
	#noteFlags(showsFlags: boolean): void {
		if (showsFlags !== this.#showsFlags) {
			this.#showsFlags = showsFlags;
			forgetShadow(this.#vcpu, this.shadow, 'all');
		}
	}

	forget(what: number | 'non-global' | 'all'): void {
		forgetShadow(this.#vcpu, this.shadow, what);
		this.store.unlinkAcrossPages();
	}

	unmap(_gpa: Gpa, frame: Hpa): void {
		this.shadow.unmapFrame(frame);
		this.store.dropFrame(frame / frameBytes);
		this.#unwatch(frame);
	}

	protect(page: {readonly frame: Hpa} | undefined): void {
		this.shadow.protectFrame(page?.frame);
	}

	/** User code, as it is. */
	#run(entered: CpuState, budget: number): Stop | undefined {
		const {cpu} = this.#vcpu.host;
		loadCpu(cpu, entered);
		cpu.intercepts = ownIdt;
		const stop = this.#vcpu.runDirectly(budget);
		takeBack(this.#vcpu.guest, cpu, entered);
		return stop.why === 'exit' ? this.#handleFault(stop.exit) : (stop.why === 'budget' ? undefined : stop);
	}

	#runTranslated(block: TranslatedBlock, budget: number): Stop | undefined {
		const {guest, host: {cpu}, counts} = this.#vcpu;
		const entered = this.#translatedState(block);
		this.#cache.interruptFlag = (guest.systemFlags & IF) !== 0;
		loadCpu(cpu, entered);
		cpu.intercepts = ownIdt;
		const stop = this.#vcpu.runDirectly(budget);
		const address = cpu.eip >>> 0;
		this.#takeBackTranslated(guest, cpu, entered);
		if (stop.why !== 'exit') {
			return stop.why === 'budget' ? undefined : stop;
		}

		if (stop.exit.interruption?.vector !== vector.BP) {
			return this.#handleFault(stop.exit);
		}

		counts.callouts += 1;
		if (this.store.isEmulated(address)) {
			return this.#vcpu.emulate();
		}

		this.#chain(this.store.openLink(address));
		return undefined;
	}

	/** The jump that ended here goes straight on from now on. */
	#chain(link: OpenLink | undefined): void {
		const target = link === undefined ? undefined : this.#blockAt(link.target);
		// Making the target may have emptied the cache, and the jump with it.
		if (link !== undefined && target !== undefined && this.store.openLink(link.stub) === link) {
			this.store.link(link, target);
		}
	}

	#handleFault(exit: VmExit): Stop | undefined {
		countException(this.#vcpu, exit);
		return fillShadow(this.#vcpu, this.shadow, exit) ? undefined : this.#vcpu.emulate();
	}

	/** Ring 1, at the translation, with segments that end below the hypervisor. */
	#translatedState({start}: TranslatedBlock): CpuState {
		const state = deprivileged(this.#vcpu.guest, this.shadow.root);
		const segments = state.segments.map(below);
		segments[CS] = {...state.segments[CS]!, base: 0, limit: 0xFFFF_FFFF, attributes: flatCodeInRing1};
		segments[GS] = {selector: state.segments[GS]!.selector, base: hypervisorBase | 0, limit: frameBytes - 1, attributes: dataInRing1};
		return {...state, segments, eip: start | 0};
	}

	#takeBackTranslated(guest: CpuState, cpu: Cpu, entered: CpuState): void {
		takeBack(guest, cpu, entered);
		const eip = this.store.guestAddress(cpu.eip >>> 0);
		if (eip !== undefined) {
			guest.eip = eip;
		}

		guest.systemFlags = this.#cache.interruptFlag ? guest.systemFlags | IF : guest.systemFlags & ~IF;
	}

	/** The block that begins at an address of the guest's code; undefined if the code cannot be read or begins with nothing known. */
	#blockAt(eip: number): TranslatedBlock | undefined {
		const physical = this.#locate(eip);
		if (physical === undefined) {
			return undefined;
		}

		const found = this.store.find(physical, eip);
		if (found !== undefined) {
			return found;
		}

		const translation = translate(eip, at => this.#decode(at, eip));
		if (translation === undefined) {
			return undefined;
		}

		if (this.#cache.room(largestBlock) === undefined) {
			this.#empty();
		}

		this.#vcpu.counts.translatedBlocks += 1;
		this.#watch(toHpa(physical - physical % frameBytes));
		return this.store.add(physical, eip, translation);
	}

	#empty(): void {
		for (const frame of this.store.frames) {
			this.#unwatch(toHpa(frame * frameBytes));
		}

		this.store.clear();
	}

	/** Writes to the frame fault when the guest does them, and are told of when the hypervisor does. */
	#watch(frame: Hpa): void {
		const {memory, mmu} = this.#vcpu.host;
		if (frame >= firmwareBase || memory.watchers.has(frame / frameBytes)) {
			return;
		}

		this.shadow.watch(frame);
		this.#vcpu.flushGuestTlb();
		mmu.tlb.forbidQuickWrites(frame);
		memory.watchers.set(frame / frameBytes, () => {
			this.store.dropFrame(frame / frameBytes);
			this.#unwatch(frame);
		});
	}

	#unwatch(frame: Hpa): void {
		this.#vcpu.host.memory.watchers.delete(frame / frameBytes);
		this.shadow.unwatch(frame);
	}

	/** Where the guest's code at an address is in the host's memory. */
	#locate(eip: number): number | undefined {
		const code = this.#vcpu.guest.segments[CS]!;
		if (eip >>> 0 > code.limit) {
			return undefined;
		}

		const walk = new PageWalk(guestStages(this.#vcpu.paging, this.#vcpu.memory), tableMemory(this.#vcpu.host.memory), false);
		const found = walk.translate((code.base + eip) >>> 0, 'fetch');
		return found.ok && found.address < nowhere || found.ok && found.address >= firmwareBase ? found.address : undefined;
	}

	/** An instruction of the page in which the block begins; one that reaches beyond it, or is nothing known, ends the block. */
	#decode(eip: number, blockStart: number): {readonly instruction: Instruction; readonly bytes: Uint8Array} | undefined {
		const code = this.#vcpu.guest.segments[CS]!;
		const page = (code.base + blockStart) >>> 12;
		const base = this.#locate(eip);
		if (base === undefined || (code.base + eip) >>> 12 !== page) {
			return undefined;
		}

		const {memory} = this.#vcpu.host;
		try {
			const instruction = decode(offset => {
				const at = (eip + offset) | 0;
				if (at >>> 0 > code.limit || (code.base + at) >>> 12 !== page) {
					throw new Fault(vector.GP, 0);
				}

				return memory.readByte(base + offset);
			}, eip, true);
			return {instruction, bytes: memory.read(base, instruction.length)};
		} catch (thrown) {
			if (thrown instanceof Fault || thrown instanceof NotModelled) {
				return undefined;
			}

			throw thrown;
		}
	}

	get blocks(): readonly BlockBytes[] {
		const {memory} = this.#vcpu.host;
		return this.store.blocks.map(({eip, physical, start, translation}) => ({
			eip, start, guest: memory.read(physical, translation.bytes), code: this.#cache.read(start, translation.code.length), identical: translation.identical,
		}));
	}

	/** How full the cache is. */
	get usage(): {readonly usedBytes: number; readonly bytes: number} {
		return {usedBytes: this.#cache.usedBytes, bytes: codeBytes};
	}
}

/** A segment of ring 1 that ends where the hypervisor begins. One that would need its upper part loses everything: its use is emulated. */
function below(segment: Segment): Segment {
	const base = segment.base >>> 0;
	if (isExpandDown(segment.attributes)) {
		return {...segment, limit: 0xFFFF_FFFF};
	}

	if (base + segment.limit < hypervisorBase) {
		return segment;
	}

	return base >= hypervisorBase ? {...segment, attributes: segment.attributes & ~attribute.present} : {...segment, limit: hypervisorBase - 1 - base};
}

const twoByteEscape = 0x0F;
const pushf = 0x9C;
const popf = 0x9D;

/**
 * Whether any two bytes of a page could be SLDT, STR, LAR, LSL, VERR, VERW, SGDT, SIDT or SMSW (0F 00 to 0F 03), or, if flags would show
 * something, PUSHF or POPF. Bytes that only look so are as good as such: nobody knows where instructions begin.
 */
function showsTheMachine(page: Uint8Array, showsFlags: boolean): boolean {
	return page.some((byte, index) => {
		const next = page[index + 1];
		return (byte === twoByteEscape && (next === undefined || next <= 3)) || (showsFlags && (byte === pushf || byte === popf));
	});
}
