import { InProcessMetricsStore } from '@app/metrics';
import { describeMetricsStoreContract } from '@app/metrics/testing';

describeMetricsStoreContract('in process', async () => new InProcessMetricsStore());
