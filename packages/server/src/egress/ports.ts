/**
 * Ports the door does not dial, public addresses included, unless an admin names host and port: services that do not
 * speak HTTP but can be talked into something by bytes that look like it, or that speak it without asking who is there.
 *
 * The first list is the one of the Fetch standard ("port blocking"); the second adds databases, caches, queues, container
 * and cluster control, remote control and file sharing. Databases that are meant to be called over HTTP (Elasticsearch,
 * CouchDB, InfluxDB) are left out: an own grant names their port anyway.
 */

const FETCH = [
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

const SERVICES = [
  // Databases and caches
  1433, 1434, 1521, 3050, 3306, 5432, 5433, 6379, 6380, 6432, 7687, 9042, 9160, 11211, 26257, 26379, 27017, 27018,
  27019, 28015, 33060, 50000,
  // Queues and coordination
  1883, 2181, 2379, 2380, 4222, 5671, 5672, 6650, 8883, 9092, 9093, 9094, 9300, 61613, 61616,
  // Containers and clusters
  2375, 2376, 2377, 10250, 10255,
  // Remote control, directories, shares
  138, 445, 873, 1080, 3260, 3268, 3269, 3389, 5900, 5901, 5985, 5986,
];

const CLOSED: ReadonlySet<number> = new Set([...FETCH, ...SERVICES]);

/** Whether dialling this port takes an entry that names it. */
export const portClosed = (port: number): boolean => CLOSED.has(port);
