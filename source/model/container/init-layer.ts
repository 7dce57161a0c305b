// The init layer of an engine's containers, made when the first of them needs it.

import {fileSystemTypes} from '../kernel/filesystem-types.js';
import type {FsId} from '../kernel/file-types.js';
import {makeInodeFileSystem} from '../kernel/inode-filesystem.js';
import {fillInitLayer} from './container-filesystem.js';
import {type Engine, engineInfo} from './engine.js';

export function initLayerOf(engine: Engine): FsId {
	const info = engineInfo(engine);
	if (info.initLayer !== undefined) {
		return info.initLayer;
	}

	const fs = makeInodeFileSystem(engine.tx, 'ext4');
	fillInitLayer({tx: engine.tx, kernel: engine.engine, task: undefined, types: fileSystemTypes}, fs);
	engine.tx.put('engine', engine.engine, {...info, initLayer: fs});
	return fs;
}
