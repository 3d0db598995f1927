import { InProcessMetricsStore } from '@app/metrics/testing';
import { describeMetricsStoreContract } from '@app/metrics/testing';

describeMetricsStoreContract('in process', async () => new InProcessMetricsStore());
