import { Module } from '@nestjs/common';
import { BackgroundJobs } from './background-jobs.js';
import { JobsController } from './jobs.controller.js';

@Module({ controllers: [JobsController], providers: [BackgroundJobs], exports: [BackgroundJobs] })
export class JobsModule {}
