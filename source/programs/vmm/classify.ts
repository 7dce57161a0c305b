// vmm classify: each instruction of a source as Popek and Goldberg class it (model/machine/classify.ts), and what follows for a hypervisor.

import {classify, type InstructionClass} from '../../model/machine/classify.js';
import type {Assembled, CodeLine} from '../../model/machine/assembler/assemble.js';
import {disassemble, type ListedLine} from '../../model/machine/disassemble.js';
import {factsOf, type Mnemonic} from '../../model/machine/instruction-table.js';
import {columns, hex} from './show.js';

/** Lines that make data and no instructions. */
const isData = (text: string): boolean => /^\s*(?:[\w.$?@~#]+:?\s+)?(?:times\s+.*?\s)?\s*(?:d[bwdqt]|res[bwdq]|align|incbin)\b/iv.test(text);

type Classed = {readonly line: number; readonly listed: ListedLine; readonly mnemonic: Mnemonic; readonly kind: InstructionClass};

export function classifyText(assembled: Assembled & {readonly source: string}, file: string): string {
	const source = assembled.source.split('\n');
	const classed = assembled.lines.flatMap(line => line.file === file && isData(source[line.line - 1] ?? '') ? [] : instructionsOf(assembled, line));
	const rows = classed.filter(({kind}) => kind !== 'innocuous').map(({line, listed, mnemonic, kind}) => [line, hex(listed.eip >>> 0), kind, why(mnemonic, kind), listed.text]);
	const count = (wanted: InstructionClass): number => classed.filter(({kind}) => kind === wanted).length;
	const critical = [...new Set(classed.filter(({kind}) => kind === 'critical').map(({listed}) => listed.text.split(' ')[0]!))];
	return `${rows.length === 0 ? '' : columns(['LINE', 'ADDRESS', 'CLASS', 'WHY', 'INSTRUCTION'], rows)}${classed.length} instructions: ${count('innocuous')} innocuous, ${count('privileged')} privileged, ${count('critical')} critical (sensitive, but not privileged)\n${verdict(critical)}`;
}

function instructionsOf({bytes, origin}: Assembled, {line, address, length, offset}: CodeLine): readonly Classed[] {
	const found: Classed[] = [];
	if (offset === undefined) {
		return found;
	}

	for (let at = 0; at < length;) {
		const place = address - origin + at;
		const listed = disassemble(index => bytes[place + index] ?? 0x90, address + at, true);
		if (listed.mnemonic !== undefined) {
			found.push({line, listed, mnemonic: listed.mnemonic, kind: classify(listed.mnemonic)});
		}

		at += listed.bytes.length;
	}

	return found;
}

function why(mnemonic: Mnemonic, kind: InstructionClass): string {
	const {sensitive, privilege} = factsOf(mnemonic);
	const what = sensitive === 'control' ? 'changes the machine' : 'shows the machine';
	return kind === 'critical' ? `${what}, traps nowhere` : `${what}, traps ${privilege === 'iopl' ? 'above IOPL' : 'outside ring 0'}`;
}

function verdict(critical: readonly string[]): string {
	return critical.length === 0
		? 'Popek and Goldberg: every sensitive instruction here is privileged; trap-and-emulate runs this kernel as the bare machine does.\n'
		: `Popek and Goldberg: not fulfilled because of ${critical.join(', ')}. If one of them runs where the answer matters, trap-and-emulate goes wrong; binary translation, paravirtualization or hardware assistance is needed.\n`;
}
