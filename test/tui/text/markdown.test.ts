import {expect, test} from 'vitest';
import {markdownLines} from '../../../source/tui/text/markdown.js';
import {lineText, lineWidth, paint} from '../../../source/tui/text/styled-line.js';
import {widthOf} from '../../../source/tui/text/width.js';
import {wrapLine} from '../../../source/tui/text/wrap.js';

function rows(source: string, width: number): string {
	return markdownLines(source, width).map(line => lineText(line).trimEnd()).join('\n');
}

test('paragraphs, emphasis, lists, code', () => {
	expect(rows([
		'# Pull an image',
		'Type `docker pull nginx` and **wait**',
		'for it.',
		'',
		'1. first',
		'2. second point that is long',
		'',
		'```',
		'docker run -d nginx',
		'```',
	].join('\n'), 24)).toBe([
		'Pull an image',
		'',
		'Type docker pull nginx',
		'and wait for it.',
		'',
		'1. first',
		'2. second point that is',
		'   long',
		'',
		'  docker run -d nginx',
	].join('\n'));
});

test('nested lists, quotations and tables', () => {
	expect(rows('- a\n  - b\n- c\n\n> note\n\n| x | y |\n|---|---|\n| 1 | 22 |', 20)).toBe('• a\n  • b\n• c\n\n│ note\n\nx  y\n1  22');
});

test('a table that is too wide becomes a list', () => {
	expect(rows('| name | meaning |\n|---|---|\n| upper | what it wrote |', 16)).toBe('name: upper\nmeaning: what it\n  wrote');
});

test('Chinese breaks anywhere but before closing punctuation', () => {
	expect(rows('容器就是一个进程，它有自己的文件系统。', 16)).toBe('容器就是一个进\n程，它有自己的文\n件系统。');
	expect(rows('镜像层（只读）与容器层', 8)).toBe('镜像层\n（只读）\n与容器层');
});

test('lines of a Chinese source are joined without a space, of an English one with', () => {
	expect(rows('容器\n镜像 and\nlayers', 40)).toBe('容器镜像 and layers');
});

test('English words stay whole beside Chinese', () => {
	expect(rows('运行docker命令看看', 10)).toBe('运行docker\n命令看看');
	expect(rows('运行docker命令看看', 8)).toBe('运行\ndocker命\n令看看');
});

test('no row is wider than asked for, whatever the text', () => {
	const source = '你好，world！`docker run --name web -p 8080:80 nginx:latest` sha256:0123456789abcdef0123456789abcdef 👩‍👩‍👧 — “引号”（括号）。';
	for (let width = 8; width < 60; width++) {
		for (const line of [...markdownLines(source, width), ...wrapLine([{text: source, style: {}}], width)]) {
			expect(lineWidth(line), `${width}: ${lineText(line)}`).toBeLessThanOrEqual(width);
		}
	}
});

test('control characters of a lab text are shown', () => {
	expect(rows('a\u{1B}]0;x\u{7}b\u{202E}c', 40)).toBe('a^[]0;x^Gb<U+202E>c');
});

test('emoji that terminals measure differently are sent in a form on which they agree', () => {
	expect(widthOf('👩‍👩‍👧')).toBe(6);
	expect(paint([{text: '👩‍👩‍👧👍🏽❤️', style: {}}], true)).toBe('👩👩👧👍❤');
});
