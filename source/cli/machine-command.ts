// `virtlab machine IMAGE`: runs a 64 KiB firmware image on the 32-bit machine, bare or under a hypervisor's technique, and prints the state in
// which it ended, as the program itself takes it to be. With --json in the shape of the records in test/golden/machine, so that it can stand where
// QEMU and Bochs stand.

import {readFileSync, statSync} from 'node:fs';
import {basename} from 'node:path';
import {isRunnerName, runFirmware, runnerNames} from '../model/hypervisor/technique/techniques.js';
import {finalState, type FinalState, type Range, type SegmentView, type TableView} from '../model/machine/final-state.js';
import {defaultRamBytes} from '../model/machine/machine.js';
import {firmwareBytes} from '../model/machine/physical-memory.js';

const mostBudget = 1e12;
const mostShownBytes = 2 ** 20;

export type MachineFlags = {readonly technique: string; readonly budget: number; readonly mem: readonly string[]; readonly json: boolean};

/** What is wrong with the request; status 2. */
class Refusal extends Error {}

/** 0 however the program ended, 2 if it could not be begun. */
export function machineCommand(file: string, flags: MachineFlags): number {
	try {
		console.log(runImage(file, flags));
		return 0;
	} catch (error) {
		if (error instanceof Refusal) {
			console.error(`virtlab: machine: ${error.message}`);
			return 2;
		}

		throw error;
	}
}

function runImage(file: string, {technique, budget, mem, json}: MachineFlags): string {
	if (!isRunnerName(technique)) {
		throw new Refusal(`there is no technique "${technique}"; there are: ${runnerNames.join(', ')}`);
	}

	if (technique === 'paravirtualization') {
		throw new Refusal('paravirtualization runs kernels that were ported to Xen, and a firmware image is none; `vmm run` on a simulated host runs one');
	}

	if (!Number.isSafeInteger(budget) || budget < 1 || budget > mostBudget) {
		throw new Refusal(`--budget must be a whole number from 1 to ${mostBudget}`);
	}

	const ranges = parseRanges(mem);
	const {stop, ended} = runFirmware(technique, readImage(file), {ramBytes: defaultRamBytes, budget});
	const state = finalState(ended, stop, ranges);
	return json ? JSON.stringify({file: basename(file), engine: 'virtlab', technique, ...state}, undefined, 1) : describe(state);
}

function readImage(file: string): Uint8Array {
	const found = statSync(file, {throwIfNoEntry: false});
	if (found?.isFile() !== true) {
		throw new Refusal(found === undefined ? `there is no file ${file}` : `${file} is not a file`);
	}

	if (found.size !== firmwareBytes) {
		throw new Refusal(`${file} has ${found.size} bytes; an image has ${firmwareBytes}`);
	}

	return readFileSync(file);
}

/** `0x6000:64`: 64 bytes at 0x6000. */
function parseRanges(texts: readonly string[]): readonly Range[] {
	const ranges = texts.map(text => {
		const [, address, bytes] = /^(0x[\da-f]+|\d+):(0x[\da-f]+|\d+)$/iv.exec(text) ?? [];
		const range = {address: Number(address), bytes: Number(bytes)};
		if (!(range.address <= 0xFFFF_FFFF && range.bytes >= 4 && range.bytes <= mostShownBytes)) {
			throw new Refusal(`--mem ${text}: write ADDRESS:BYTES, for example 0x6000:64`);
		}

		return range;
	});
	if (ranges.reduce((sum, {bytes}) => sum + bytes, 0) > mostShownBytes) {
		throw new Refusal(`--mem: no more than ${mostShownBytes} bytes together`);
	}

	return ranges;
}

const general = ['EAX', 'EBX', 'ECX', 'EDX', 'ESI', 'EDI', 'EBP', 'ESP', 'EIP', 'EFL', 'CPL', 'HLT', 'CR0', 'CR2', 'CR3', 'CR4'];

function describeRegister(name: string, value: string | SegmentView | TableView): string {
	if (typeof value === 'string') {
		return `${name}=${value}`;
	}

	return 'sel' in value ? `${name}=0x${value.sel.toString(16)} base 0x${value.base.toString(16)} limit 0x${value.limit.toString(16)}` : `${name}: base 0x${value.base.toString(16)} limit 0x${value.limit.toString(16)}`;
}

function describe({end, detail, instructions, regs, faults, mem, port_e9: printed, serial, dropped}: FinalState): string {
	return [
		`end: ${end}${detail === undefined ? '' : ` (${detail})`}, ${instructions} instructions`,
		general.map(name => describeRegister(name, regs[name]!)).join(' '),
		...Object.entries(regs).filter(([, value]) => typeof value !== 'string').map(([name, value]) => describeRegister(name, value)),
		...faults.map(({name, err, cs, ip, cpl, cr2}, index) => `fault ${index}: ${name} error ${err} at ${cs}:${ip} ring ${cpl}${name === '#PF' ? ` cr2 ${cr2}` : ''}`),
		...Object.entries(mem).map(([address, words]) => `memory ${address}: ${words.join(' ')}`),
		...(printed === undefined ? [] : [`port 0xe9: ${JSON.stringify(printed)}`]),
		...(serial === undefined ? [] : [`serial: ${JSON.stringify(serial)}`]),
		...(dropped === undefined ? [] : [`${dropped} more bytes were printed`]),
	].join('\n');
}
