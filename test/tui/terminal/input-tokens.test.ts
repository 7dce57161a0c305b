import {expect, test} from 'vitest';
import {InputTokenizer, type InputToken} from '../../../source/tui/terminal/input-tokens.js';

function short(tokens: readonly InputToken[]): readonly string[] {
	return tokens.map(token => token.kind === 'key' ? `<${token.name}>` : (token.kind === 'paste' ? `paste:${token.text}` : token.text));
}

function tokensOf(...chunks: readonly string[]): readonly string[] {
	const tokenizer = new InputTokenizer();
	return short([...chunks.flatMap(chunk => tokenizer.push(Buffer.from(chunk))), ...tokenizer.flush()]);
}

test.each([
	['text and Enter in one read', ['ls\r'], ['ls', '<enter>']],
	['two lines in one read', ['a\rb\r'], ['a', '<enter>', 'b', '<enter>']],
	['carriage return and newline are one Enter', ['a\r\n'], ['a', '<enter>']],
	['control keys', ['\u{1}\u{3}\u{4}\t\u{7F}'], ['<ctrl-a>', '<ctrl-c>', '<ctrl-d>', '<tab>', '<backspace>']],
	['arrows of both modes', ['\u{1B}[A\u{1B}OB'], ['<up>', '<down>']],
	['paging and editing keys', ['\u{1B}[5~\u{1B}[6~\u{1B}[3~\u{1B}[H\u{1B}[4~'], ['<pageup>', '<pagedown>', '<delete>', '<home>', '<end>']],
	['modifiers', ['\u{1B}[1;5C\u{1B}[1;3D\u{1B}[Z'], ['<ctrl-right>', '<alt-left>', '<shift-tab>']],
	['a sequence in two reads', ['\u{1B}', '[', 'A'], ['<up>']],
	['Alt and a key', ['\u{1B}b\u{1B}1\u{1B}\u{7F}'], ['<alt-b>', '<alt-1>', '<alt-backspace>']],
	['Escape alone', ['\u{1B}'], ['<escape>']],
	['Escape twice', ['\u{1B}\u{1B}'], ['<escape>', '<escape>']],
	['Chinese, and emoji in two reads', ['你好', '\u{1F600}'], ['你好', '😀']],
	['focus, mouse and answers to queries are no keys', ['\u{1B}[I\u{1B}[<0;1;1M\u{1B}[?1;2c\u{1B}]11;rgb:0/0/0\u{7}x'], ['x']],
	['F-keys are no keys here', ['\u{1B}OP\u{1B}[15~x'], ['x']],
])('%s', (_name, chunks, expected) => {
	expect(tokensOf(...chunks)).toEqual(expected);
});

test('a character whose bytes arrive apart', () => {
	const tokenizer = new InputTokenizer();
	const bytes = Buffer.from('好');
	expect(short([...tokenizer.push(bytes.subarray(0, 1)), ...tokenizer.push(bytes.subarray(1))])).toEqual(['好']);
});

test('a paste is one token, wherever it is cut', () => {
	const pasted = '\u{1B}[200~a\r\nb\u{1B}[A\u{1B}[201~c';
	for (let cut = 1; cut < pasted.length; cut++) {
		const tokenizer = new InputTokenizer();
		expect(short([...tokenizer.push(pasted.slice(0, cut)), ...tokenizer.push(pasted.slice(cut))])).toEqual(['paste:a\nb\u{1B}[A', 'c']);
	}
});
