import { describeMailerContract, FakeMailer } from '.';

describeMailerContract('in memory', async () => new FakeMailer());
