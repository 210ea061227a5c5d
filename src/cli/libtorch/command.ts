import { type AddCommand, makeCommand } from '../command.js';
import { install } from './install.js';

export const addLibTorch: AddCommand = (program) => {
  const command = makeCommand('libtorch', 'Get the LibTorch that the package needs', [
    'libtorch install',
    'libtorch install --to /opt/libtorch',
    'libtorch install --cuda cu130 --pip',
  ]);
  const about = 'Download LibTorch, check it and unpack it; nothing else ever downloads it';
  const child = makeCommand('install', about, [
    'libtorch install',
    'libtorch install --to /opt/libtorch',
    'libtorch install --cuda cu130 --pip',
  ])
    .option('--cuda <version>', 'a build for NVIDIA GPUs, e.g. cu130')
    .option('--to <folder>', "a folder of your own; else the user's cache")
    .option('--pip', "let python3's pip install PyTorch's wheel")
    .option('--url <url>', 'a copy of the archive on another server')
    .option('--sha256 <digits>', 'the checksum that the archive must have')
    .option('--verbose', 'show where an error comes from')
    .showHelpAfterError("'libtorch-node libtorch install --help' shows how")
    .exitOverride()
    .action(install);
  command.addCommand(child);
  program.addCommand(command);
};
