package io.patienthttp.internal.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.eclipse.jetty.io.ClientConnector;

/** How names become addresses and addresses become connections. */
interface Network {

    /** All addresses of the host, in the order in which to try them. Blocks. */
    List<InetAddress> resolve(String host) throws UnknownHostException;

    /** What opens connections; not started. */
    ClientConnector newConnector();

    /** The network of this machine. */
    final class Real implements Network {

        @Override
        public List<InetAddress> resolve(String host) throws UnknownHostException {
            return List.of(InetAddress.getAllByName(host));
        }

        @Override
        public ClientConnector newConnector() {
            return new ClientConnector();
        }
    }
}
