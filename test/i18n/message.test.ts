import {expect, test} from 'vitest';
import {en} from '../../source/i18n/en.js';
import {localeOf, message} from '../../source/i18n/message.js';
import {zhCn} from '../../source/i18n/zh-CN.js';

function placeholders(text: string): readonly string[] {
	return [...text.matchAll(/\{[a-zA-Z]+\}/gv)].map(match => match[0]).sort();
}

test('placeholders are filled in and plurals chosen', () => {
	expect(message('en', 'steps.progress', {passed: 2, total: 5})).toBe('2 of 5 steps done');
	expect(message('zh-CN', 'steps.progress', {passed: 2, total: 5})).toBe('已完成 2 / 5 步');
	expect(message('en', 'hosts.cpus', {count: 1})).toBe('1 CPU');
	expect(message('en', 'hosts.cpus', {count: 4})).toBe('4 CPUs');
	expect(message('en', 'pane.lab')).toBe('Lab');
});

test('a value that looks like a placeholder is not filled in again', () => {
	expect(message('en', 'status.lab-done', {title: '{title} {x}'})).toBe('Step done: {title} {x}');
});

test('both languages have the same keys, the same functions and the same placeholders', () => {
	expect(Object.keys(zhCn).sort()).toEqual(Object.keys(en).sort());
	for (const [key, text] of Object.entries(en)) {
		const other = zhCn[key as keyof typeof en] as unknown;
		expect(typeof other, key).toBe(typeof text);
		if (typeof text === 'string' && typeof other === 'string') {
			expect(placeholders(other), key).toEqual(placeholders(text));
		}
	}
});

test('the environment chooses the language', () => {
	expect(localeOf('zh_CN.UTF-8')).toBe('zh-CN');
	expect(localeOf('en_US.UTF-8')).toBe('en');
	expect(localeOf(undefined)).toBe('en');
});
