import { describeMailerContract, describeMailQueueContract, FakeMailer, FakeMailQueue } from '.';

describeMailQueueContract('in memory', async () => new FakeMailQueue());
describeMailerContract('in memory', async () => new FakeMailer());
