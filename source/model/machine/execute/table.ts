// What each mnemonic does: complete by type, so that a row of the instruction table without a meaning does not compile.

import type {Mnemonic} from '../instruction-table.js';
import {arithmeticOperations} from './arithmetic.js';
import {bitOperations} from './bits.js';
import {controlOperations} from './control.js';
import {dataOperations} from './data.js';
import type {Compile} from './operands.js';
import {segmentOperations} from './segment-moves.js';
import {stringOperations} from './strings.js';
import {systemOperations} from './system.js';

export const operationTable: Readonly<Record<Mnemonic, Compile>> = {
	...arithmeticOperations, ...bitOperations, ...controlOperations, ...dataOperations, ...segmentOperations, ...stringOperations, ...systemOperations,
};
