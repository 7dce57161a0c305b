// less and more on a terminal of 24 rows; the keys come from a pipe.

import {expect, test} from 'vitest';
import {less} from '../../source/programs/less.js';
import {more} from '../../source/programs/more.js';
import type {Process, Program} from '../../source/model/kernel/program.js';
import {TestHost} from '../support/test-host.js';

function pageNumbers(program: Program, count: number, keys: string): string {
	const host = new TestHost();
	host.sh(`seq ${count} > /tmp/n`);
	return host.main(function * (process: Process) {
		const sys = Object.create(process.sys, {isTerminal: {value: () => true}, windowSize: {value: () => ({columns: 80, rows: 6})}, setRawMode: {value() {}}});
		return yield * program(Object.create(process, {argv: {value: ['less', '/tmp/n']}, sys: {value: sys}}));
	}, {stdin: keys}).stdout;
}

test('less shows a screen and its name, then what space brings, and ends at q', () => {
	expect(pageNumbers(less, 8, ' ')).toBe('\u001B[H\u001B[J1\n2\n3\n4\n5\n\r\u001B[K\u001B[7m/tmp/n\u001B[27m\r\u001B[K6\n7\n8\n\r\u001B[K\u001B[7m(END)\u001B[27m\r\u001B[K');
});

test('less fills a screen that the file does not', () => {
	expect(pageNumbers(less, 2, 'q')).toBe('\u001B[H\u001B[J1\n2\n~\n~\n~\n\r\u001B[K\u001B[7m(END)\u001B[27m\r\u001B[K');
});

test('more shows how far it is', () => {
	expect(pageNumbers(more, 10, 'q')).toBe('1\n2\n3\n4\n5\n\r\u001B[K\u001B[7m--More--(50%)\u001B[27m\r\u001B[K');
});
