#!/usr/bin/env node
// Starts the system's Firefox (FIREFOX) for Playwright, which speaks WebDriver BiDi to it, and answers in its place what older
// releases do not know: Firefox 153 ESR has no media features to override. Everything else passes as it is.
import { spawn } from 'node:child_process';
import WebSocket from 'ws';
import { findFirefox } from './browser.js';

const UNKNOWN = ['emulation.setMediaFeaturesOverride'];

const server = new WebSocket.Server({ host: '127.0.0.1', port: 0 });
const firefox = spawn(findFirefox().path, process.argv.slice(2), { stdio: ['inherit', 'inherit', 'pipe'] });
let address = '';

firefox.stderr.on('data', (data) => {
  // Playwright reads here where it is to connect.
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
