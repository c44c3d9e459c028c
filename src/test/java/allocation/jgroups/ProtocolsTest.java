package allocation.jgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.PerDestinationBundler;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.dns.DNS_PING;
import org.jgroups.stack.Protocol;
import org.jgroups.util.TLSClientAuth;
import org.junit.jupiter.api.Test;

final class ProtocolsTest {
  private static final Group LISTED =
      group(List.of("10.0.0.1", "10.0.0.2:6000"), Optional.empty(), Optional.empty());
  private static final Group NAMED =
      group(List.of(), Optional.of("nodes.shop.svc"), Optional.empty());

  @Test
  void finds_others_by_the_list() throws UnknownHostException {
    assertThat(of(LISTED, TCPPING.class).getValue("initial_hosts_str"))
        .isEqualTo("10.0.0.1[5801],10.0.0.1[5802],10.0.0.1[5803],10.0.0.2[6000]");
    assertThat(of(LISTED, DNS_PING.class)).isNull();
  }

  @Test
  void addresses_may_be_of_the_long_kind() throws UnknownHostException {
    Group group = group(List.of("[2001:db8::2]:6000"), Optional.empty(), Optional.empty());

    assertThat(of(group, TCPPING.class).getValue("initial_hosts_str"))
        .isEqualTo("2001:db8::2[6000]");
  }

  @Test
  void who_cannot_be_reached_holds_up_nobody_else() throws UnknownHostException {
    assertThat(((PerDestinationBundler) of(LISTED, TCP.class).getBundler()).useSingleSenderThread())
        .isFalse();
    assertThat(of(LISTED, TCPPING.class).asyncDiscovery()).isTrue();
    assertThat(of(NAMED, DNS_PING.class).asyncDiscovery()).isTrue();
  }

  @Test
  void finds_others_by_a_name() throws UnknownHostException {
    assertThat(of(NAMED, DNS_PING.class).getValue("dns_query")).isEqualTo("nodes.shop.svc");
    assertThat(of(NAMED, TCPPING.class)).isNull();
  }

  @Test
  void several_members_of_one_machine_take_ports_in_turn_but_at_a_name_all_have_the_one()
      throws UnknownHostException {
    assertThat(of(LISTED, TCP.class).getBindPort()).isEqualTo(5801);
    assertThat(of(LISTED, TCP.class).getPortRange()).isPositive();
    assertThat(of(NAMED, TCP.class).getBindPort()).isEqualTo(5801);
    assertThat(of(NAMED, TCP.class).getPortRange()).isZero();
  }

  @Test
  void listens_at_its_one_address() throws UnknownHostException {
    assertThat(of(LISTED, TCP.class).getBindAddress().getHostAddress()).isEqualTo("10.0.0.9");
  }

  @Test
  void takes_a_member_for_dead_after_the_silence_that_is_set() throws UnknownHostException {
    assertThat(of(LISTED, FD_ALL3.class).getTimeout()).isEqualTo(7_000);
    assertThat(of(LISTED, FD_ALL3.class).getInterval()).isEqualTo(1_000);
  }

  @Test
  void speaks_plainly_unless_it_has_certificates() throws UnknownHostException {
    assertThat(of(LISTED, TCP.class).tls().enabled()).isFalse();
  }

  @Test
  void with_certificates_both_sides_have_to_show_one() throws Exception {
    SSLContext context = SSLContext.getDefault();
    TCP tcp = of(group(List.of("10.0.0.1"), Optional.empty(), Optional.of(context)), TCP.class);

    assertThat(tcp.tls().enabled()).isTrue();
    assertThat(tcp.tls().getSSLContext()).isSameAs(context);
    assertThat(tcp.tls().getClientAuth()).isEqualTo(TLSClientAuth.NEED);
    assertThat(tcp.tls().getProtocols()).containsExactly("TLSv1.3", "TLSv1.2");
  }

  @Test
  void a_list_or_a_name_has_to_be_given_and_not_both() {
    assertThatThrownBy(() -> group(List.of(), Optional.empty(), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> group(List.of("a"), Optional.of("b"), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static <T extends Protocol> T of(Group group, Class<T> kind) throws UnknownHostException {
    return Protocols.of(group).stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .findFirst()
        .orElse(null);
  }

  private static Group group(List<String> seeds, Optional<String> dns, Optional<SSLContext> tls) {
    return new Group("shop", seeds, dns, "10.0.0.9", 5801, 7, tls);
  }
}
