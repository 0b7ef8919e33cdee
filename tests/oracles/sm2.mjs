// SM2 and SM3 by the npm package sm-crypto-v2. Everything in hexadecimal, the user id is always the usual one:
//   sm2.mjs hash MESSAGE · sm2.mjs verify POINT MESSAGE SIGNATURE → true, false · sm2.mjs sign PRIVATE MESSAGE → DER
import smCrypto from 'sm-crypto-v2';

const { sm2, sm3 } = smCrypto;
const options = { der: true, hash: true, userId: '1234567812345678' };
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'));
const [verb, ...rest] = process.argv.slice(2);
if (verb === 'hash') console.log(sm3(bytes(rest[0])));
else if (verb === 'verify') console.log(sm2.doVerifySignature(bytes(rest[1]), rest[2], rest[0], options));
else if (verb === 'sign') console.log(sm2.doSignature(bytes(rest[1]), rest[0], options));
else process.exit(2);
