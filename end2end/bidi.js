#!/usr/bin/env node
// Starts the system's Firefox (FIREFOX) for Playwright over WebDriver BiDi. Answers commands that older releases do
// not know in its place: Firefox 153 ESR cannot override media features. Forwards everything else.
import { spawn } from 'node:child_process';
import WebSocket from 'ws';
import { findFirefox } from './browser.js';

const UNKNOWN = ['emulation.setMediaFeaturesOverride'];

const server = new WebSocket.Server({ host: '127.0.0.1', port: 0 });
const firefox = spawn(findFirefox().path, process.argv.slice(2), { stdio: ['inherit', 'inherit', 'pipe'] });
let address = '';

firefox.stderr.on('data', (data) => {
  // Playwright reads the port from here.
  process.stderr.write(String(data).replace(/ws:\/\/[\d.]+:\d+/, (own) => ((address = own), `ws://127.0.0.1:${server.address().port}`)));
});
firefox.on('exit', (status) => process.exit(status ?? 0));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => firefox.kill(signal));

server.on('connection', (playwright, request) => {
  const browser = new WebSocket(address + request.url);
  const connected = new Promise((resolve) => browser.on('open', resolve));
  playwright.on('message', async (data) => {
    const command = JSON.parse(data);
    if (UNKNOWN.includes(command.method)) return playwright.send(JSON.stringify({ type: 'success', id: command.id, result: {} }));
    await connected;
    browser.send(String(data));
  });
  browser.on('message', (data) => playwright.send(String(data)));
  playwright.on('close', () => browser.close());
  browser.on('close', () => playwright.close());
});
