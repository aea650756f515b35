// What the routes of the events API take and answer.
import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';

export class EventParameters {
  @ApiProperty({ maxLength: 58 }) @IsString() @Length(1, 58) event_name!: string;
}

export class UserParameters extends EventParameters {
  @ApiProperty({ maxLength: 200 }) @IsString() @Length(1, 200) username!: string;
}

export class UserIdParameters extends EventParameters {
  @ApiProperty({ maxLength: 200, description: 'A user_id of the list, or a username.' })
  @IsString()
  @Length(1, 200)
  user_id!: string;
}

export class AddUserForm extends UserParameters {
  @ApiProperty({ type: 'string', format: 'binary' }) file!: unknown;
}

export class VerifyForm extends EventParameters {
  @ApiProperty({ type: 'string', format: 'binary' }) file!: unknown;
}

export class StatusAnswer {
  @ApiProperty({ enum: ['success'] }) status!: 'success';
  @ApiProperty() message!: string;
}

export class AddedUserAnswer extends StatusAnswer {
  @ApiProperty({ minimum: 1, description: 'Faces of the user in the event.' }) embedding_count!: number;
}

export class VerifiedAnswer {
  @ApiProperty() verified!: boolean;
  @ApiProperty({ type: String, nullable: true }) username!: string | null;
  @ApiProperty() message!: string;
  @ApiProperty({ minimum: 0, maximum: 1, description: 'Probability that it is that user; 0 without one.' })
  confidence!: number;
}

class EventAnswer {
  @ApiProperty() event_name!: string;
  @ApiProperty({ minimum: 0 }) user_count!: number;
}

export class EventsAnswer {
  @ApiProperty({ type: [EventAnswer] }) events!: EventAnswer[];
}

class UserAnswer {
  @ApiProperty({ format: 'uuid' }) user_id!: string;
  @ApiProperty() username!: string;
  @ApiProperty({ minimum: 0 }) embedding_count!: number;
}

export class UsersAnswer {
  @ApiProperty({ type: [UserAnswer] }) users!: UserAnswer[];
}
