// The quick forms of instructions do what the general ones do. A data segment that ends one page before 4 GiB is not flat, so that the same
// program takes the general way.

import fc from 'fast-check';
import {expect, test} from 'vitest';
import {setSegment} from '../../../source/model/machine/segments.js';
import {eflagsOf} from '../../../source/model/machine/flags.js';
import {DS} from '../../../source/model/machine/registers.js';
import {machineWith} from './guest.js';

const register = fc.constantFrom('eax', 'ebx', 'ecx', 'edx', 'ebp', 'esi');
const value = fc.oneof(fc.integer({min: -(2 ** 31), max: 2 ** 31 - 1}), fc.constantFrom(0, 1, -1, 0x7FFF_FFFF, -0x8000_0000, 0xFF, 0x8000));
const memory = fc.oneof(fc.nat(64).map(offset => `[0x20000 + ${4 * offset}]`), fc.nat(60).map(offset => `[edi + ${offset}]`), fc.nat(30).map(offset => `[edi*2 - 0x20000 + ${offset}]`));
const arithmetic = fc.constantFrom('add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp', 'test', 'mov');

const instruction = fc.oneof(
	fc.tuple(arithmetic, register, register).map(([name, a, b]) => `${name} ${a}, ${b}`),
	fc.tuple(arithmetic, register, value).map(([name, a, b]) => `${name} ${a}, ${b}`),
	fc.tuple(arithmetic, register, memory).map(([name, a, b]) => name === 'test' ? `test ${b}, ${a}` : `${name} ${a}, ${b}`),
	fc.tuple(arithmetic, memory, register).map(([name, a, b]) => `${name} ${a}, ${b}`),
	fc.tuple(arithmetic, memory, value).map(([name, a, b]) => `${name} dword ${a}, ${b}`),
	fc.tuple(fc.constantFrom('inc', 'dec', 'push', 'pop'), register).map(([name, a]) => `${name} ${a}`),
	value.map(number => `push dword ${number}`),
	fc.tuple(fc.constantFrom('shl', 'shr', 'sar', 'rol', 'ror'), register, fc.integer({min: 1, max: 31})).map(([name, a, count]) => `${name} ${a}, ${count}`),
	fc.tuple(register, register, fc.constantFrom(1, 2, 4, 8)).map(([a, b, scale]) => `lea ${a}, [${b} + ${b === 'esi' ? 'edi' : 'esi'}*${scale} + 5]`),
	fc.tuple(register, fc.constantFrom('al', 'bl', 'cl', 'dx', 'bp')).map(([a, b]) => `movzx ${a}, ${b}`),
	fc.tuple(register, fc.constantFrom('byte', 'word'), memory).map(([a, size, b]) => `movzx ${a}, ${size} ${b}`),
	fc.tuple(fc.constantFrom('al', 'bl', 'cl', 'dl'), memory).map(([a, b]) => `mov ${a}, ${b}`),
	fc.tuple(fc.constantFrom('al', 'bl', 'cl', 'dl'), memory).map(([a, b]) => `mov ${b}, ${a}`),
	fc.tuple(fc.constantFrom('o', 'no', 'c', 'nc', 'z', 'nz', 'na', 'a', 's', 'ns', 'pe', 'po', 'l', 'nl', 'ng', 'g'), register).map(([condition, a]) => `j${condition} $+3\ninc ${a}`),
	register.map(a => `call $+5\npop ${a}`),
);

function outcome(source: string, flat: boolean): unknown {
	const machine = machineWith(source);
	const {cpu} = machine;
	cpu.regs.set([1, 0x8000_0001, 3, -4], 0);
	cpu.regs[7] = 0x2_0000;
	if (!flat) {
		setSegment(cpu, DS, {...cpu.segments[DS]!, limit: 0xFFFF_EFFF});
	}

	const stop = machine.run(1000);
	return {stop: stop.why, regs: [...cpu.regs], eip: cpu.eip, flags: eflagsOf(cpu), memory: machine.memory.read(0x2_0000, 512), stack: machine.memory.read(0xE000, 4096), clock: cpu.clock};
}

test('the same program in a flat segment and in one that is not', () => {
	fc.assert(fc.property(fc.array(instruction, {minLength: 1, maxLength: 25}), lines => {
		const source = `${lines.join('\n')}\nhlt`;
		expect(outcome(source, true)).toEqual(outcome(source, false));
	}), {numRuns: 60});
});
