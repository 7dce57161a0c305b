import {makeInodeFileSystem} from '../../../source/model/kernel/inode-filesystem.js';
import {makeOverlay} from '../../../source/model/kernel/overlay/make-overlay.js';
import {overlayDefaults} from '../../../source/model/kernel/overlay/overlay-options.js';
import type {OverlayOptions} from '../../../source/model/kernel/overlay/overlay-schema.js';
import {testFileSystem} from './filesystem-suite.js';
import {ok, testContext, type TestContext, type Tree, treeOf} from './tree.js';

function disk(context: TestContext): Tree {
	return treeOf(context, makeInodeFileSystem(context.tx, 'ext4'));
}

/** An overlay whose lower directory is filled by `given`, on one disk or each layer on its own. */
function overlayOver(given: (tree: Tree) => void, options: OverlayOptions, apart: boolean): Tree {
	const context = testContext();
	const lowerDisk = disk(context);
	const upperDisk = apart ? disk(context) : lowerDisk;
	const place = (tree: Tree, name: string) => ({fs: tree.fs, node: ok(tree.mkdir(name))});
	const lower = place(lowerDisk, 'lower');
	given(treeOf(context, lower.fs, lower.node));
	return treeOf(context, ok(makeOverlay(context, {lower: [lower], upper: place(upperDisk, 'upper'), work: place(upperDisk, 'work'), options, words: {}})));
}

testFileSystem({
	name: 'inode filesystem',
	make(given) {
		const tree = disk(testContext());
		given(tree);
		return tree;
	},
});

testFileSystem({
	name: 'overlay, lower layer empty',
	make(given) {
		const tree = overlayOver(() => {}, overlayDefaults, false);
		given(tree);
		return tree;
	},
});

testFileSystem({name: 'overlay, all in the lower layer', make: given => overlayOver(given, overlayDefaults, false)});
testFileSystem({name: 'overlay, layers on different disks', make: given => overlayOver(given, overlayDefaults, true)});
testFileSystem({name: 'overlay with redirect_dir and metacopy', make: given => overlayOver(given, {...overlayDefaults, redirectDir: 'on', metacopy: true}, false)});
testFileSystem({name: 'overlay with index', make: given => overlayOver(given, {...overlayDefaults, index: true}, false)});
