import { Module } from '@nestjs/common';
import { ExpiredKeysSweep } from './expired-keys-sweep.js';

@Module({ providers: [ExpiredKeysSweep] })
export class IdempotencyModule {}
