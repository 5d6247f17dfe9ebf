# Mail::DKIM, asked over a pipe: a line "verify LENGTH" or "sign LENGTH ALGORITHM METHOD DOMAIN SELECTOR KEYFILE",
# then that many octets. It answers with a line: "RESULT DETAIL" or the length of the field, which follows.
use strict;
use warnings;
use Mail::DKIM::DNS;
use Mail::DKIM::PrivateKey;
use Mail::DKIM::Signer;
use Mail::DKIM::Verifier;
use Net::DNS::Resolver;

my ($port) = @ARGV;
Mail::DKIM::DNS::resolver(Net::DNS::Resolver->new(
    nameservers => ['127.0.0.1'], port => $port, recurse => 1, udp_timeout => 5, searchlist => []));
$SIG{__WARN__} = sub { };  # of letters that are damaged on purpose
binmode STDIN;
binmode STDOUT;
$| = 1;

while (my $order = <STDIN>) {
    my ($verb, $length, @rest) = split ' ', $order;
    read(STDIN, my $letter, $length) == $length or die "cut off";
    print $verb eq 'verify' ? verify($letter) : sign($letter, @rest);
}

sub verify {
    my ($letter) = @_;
    my $answer = eval {
        my $dkim = Mail::DKIM::Verifier->new();
        $dkim->PRINT($letter);
        $dkim->CLOSE;
        my @held = map { $_->domain . '/' . $_->selector } grep { $_->result eq 'pass' } $dkim->signatures;
        $dkim->result . ' ' . join(' ', @held) . ' (' . $dkim->result_detail . ')';
    } // "died $@";
    $answer =~ s/\n/ /g;
    return "$answer\n";
}

sub sign {
    my ($letter, $algorithm, $method, $domain, $selector, $keyfile) = @_;
    my %key = (File => $keyfile);
    $key{Type} = 'ed25519' if $algorithm =~ /ed25519/;
    my $dkim = Mail::DKIM::Signer->new(
        Algorithm => $algorithm, Method => $method, Domain => $domain, Selector => $selector,
        Key => Mail::DKIM::PrivateKey->load(%key));
    $dkim->PRINT($letter);
    $dkim->CLOSE;
    my $field = $dkim->signature->as_string . "\r\n";
    return length($field) . "\n$field";
}
