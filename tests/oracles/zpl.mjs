// A label in ZPL as the npm package zpl-renderer-js draws it: zpl.mjs FILE WIDTH_MM HEIGHT_MM DOTS_PER_MM PNG
import { readFileSync, writeFileSync } from 'node:fs';
import { ready } from 'zpl-renderer-js';

const [from, width, height, dots, to] = process.argv.slice(2);
const { api } = await ready;
const drawn = await api.zplToBase64Async(readFileSync(from, 'utf8'), Number(width), Number(height), Number(dots));
writeFileSync(to, Buffer.from(drawn, 'base64'));
