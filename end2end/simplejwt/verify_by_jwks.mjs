// Verifies tokens with the published keys only: one token per line of standard input, one result per line.
import { createInterface } from "node:readline";
import { createRemoteJWKSet, jwtVerify } from "jose";

const [, , url, patience] = process.argv;
const keys = createRemoteJWKSet(new URL(url), { cooldownDuration: 0, timeoutDuration: Number(patience) });

for await (const token of createInterface({ input: process.stdin })) {
  const answer = await jwtVerify(token, keys).then(
    ({ payload }) => ({ user: payload.user_id }),
    (error) => ({ error: String(error) }),
  );
  console.log(JSON.stringify(answer));
}
