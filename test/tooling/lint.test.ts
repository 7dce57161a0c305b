// The determinism rules are only as good as what they catch.

import {ESLint} from 'eslint';
import {expect, test} from 'vitest';

const eslint = new ESLint();

async function rulesBroken(filePath: string, text: string): Promise<readonly (string | null)[]> {
	const [result] = await eslint.lintText(text, {filePath});
	return result!.messages.map(message => message.ruleId);
}

test.each([
	['Date.now()', 'no-restricted-globals'],
	['new Date(0)', 'no-restricted-globals'],
	['globalThis.Date', 'no-restricted-globals'],
	['performance.now()', 'no-restricted-globals'],
	['crypto.randomUUID()', 'no-restricted-globals'],
	['process.env', 'no-restricted-globals'],
	['setTimeout(String, 1)', 'no-restricted-globals'],
	['Intl.Collator', 'no-restricted-globals'],
	['Buffer.from([])', 'no-restricted-globals'],
	['Math.random()', 'no-restricted-properties'],
	['Math.log2(8)', 'no-restricted-properties'],
	['\'a\'.localeCompare(\'b\')', 'no-restricted-properties'],
	['(1e6).toLocaleString()', 'no-restricted-properties'],
])('%s is refused in the core and allowed above it', async (expression, rule) => {
	const text = `export const value: unknown = ${expression};\n`;
	expect(await rulesBroken('source/model/kernel/example.ts', text)).toEqual([rule]);
	expect(await rulesBroken('source/tui/example.ts', text)).toEqual([]);
});

test.each([
	['export default 1;\n', 'no-restricted-syntax'],
	['export * from \'./other.js\';\n', 'no-restricted-syntax'],
	['export enum Colour {Red}\n', 'no-restricted-syntax'],
	['export const value: any = 1;\n', '@typescript-eslint/no-explicit-any'],
	['export interface Point {readonly x: number}\n', '@typescript-eslint/consistent-type-definitions'],
	['import {Point} from \'./point.js\';\nexport const at = (point: Point) => point;\n', '@typescript-eslint/consistent-type-imports'],
	[`export function long() {\n${'\tString();\n'.repeat(71)}}\n`, 'max-lines-per-function'],
	['export const x = 1;\n'.repeat(501), 'max-lines'],
])('%s is refused everywhere in the sources', async (text, rule) => {
	expect(new Set(await rulesBroken('source/tui/example.ts', text))).toContain(rule);
});

test('a table may be long', async () => {
	expect(await rulesBroken('source/model/machine/opcode-table.ts', '// row\n'.repeat(600))).toEqual([]);
});
