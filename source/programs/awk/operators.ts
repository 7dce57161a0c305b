// Arithmetic and comparison operators of awk.

import {power} from '../../base/elementary-functions.js';
import type {Machine} from './machine.js';

export function calculate(machine: Machine, operator: string, left: number, right: number): number {
	switch (operator) {
		case '+': return left + right;
		case '-': return left - right;
		case '*': return left * right;
		case '^': return power(left, right);
		default: {
			// mawk leaves it to the arithmetic of doubles, BusyBox refuses.
			if (right === 0 && machine.process.flavour === 'busybox') {
				machine.problem ??= 'cmd. line:1: Division by zero';
			}

			return operator === '/' ? left / right : left % right;
		}
	}
}

export function holds(operator: string, order: number): boolean {
	switch (operator) {
		case '<': return order < 0;
		case '<=': return order <= 0;
		case '>': return order > 0;
		case '>=': return order >= 0;
		case '==': return order === 0;
		default: return order !== 0;
	}
}
