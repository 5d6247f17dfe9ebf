"""A catalogue of our own on a loopback port: Debian's Zebra, which speaks SRU and Z39.50 on the same port."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.ports import free_port

PROGRAMS = ("zebraidx", "zebrasrv")
DATABASE = "Default"
_FILES = {
    "zebra.cfg": """\
profilePath: .:/usr/share/idzebra-2.0/tab
register: register:50M
keyTmpDir: work
lockDir: work
recordType: dom.dom.xml
recordId: (bib1,Local-number)
attset: bib1.att
encoding: utf-8
storeData: 1
storeKeys: 1
""",
    "dom.xml": """\
<dom xmlns="http://indexdata.com/zebra-2.0">
  <extract name="index"><xslt stylesheet="index.xsl"/></extract>
  <retrieve name="marcxml"/>
  <input syntax="xml"><xmlreader level="1"/></input>
</dom>
""",
    "index.xsl": """\
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:m="http://www.loc.gov/MARC21/slim" xmlns:z="http://indexdata.com/zebra-2.0">
  <xsl:template match="/m:record">
    <z:record z:id="{m:controlfield[@tag='001']}" z:type="update">
      <z:index name="Local-number:0"><xsl:value-of select="m:controlfield[@tag='001']"/></z:index>
      <xsl:for-each select="m:datafield[@tag='020']/m:subfield[@code='a']">
        <z:index name="ISBN:w"><xsl:value-of select="translate(., '-', '')"/></z:index>
      </xsl:for-each>
      <xsl:for-each select="m:datafield[@tag='022']/m:subfield[@code='a']">
        <z:index name="ISSN:w"><xsl:value-of select="."/></z:index>
      </xsl:for-each>
      <xsl:for-each select="m:datafield[@tag='245']/m:subfield">
        <z:index name="Title:w"><xsl:value-of select="."/></z:index>
      </xsl:for-each>
      <xsl:for-each select="m:datafield[@tag='100']/m:subfield[@code='a']">
        <z:index name="Author:w"><xsl:value-of select="."/></z:index>
      </xsl:for-each>
    </z:record>
  </xsl:template>
</xsl:stylesheet>
""",
    "cql.properties": """\
set.cql = info:srw/cql-context-set/1/cql-v1.1
set.bath = http://zing.z3950.org/cql/bath/2.0/
set.dc = info:srw/cql-context-set/1/dc-v1.1
index.bath.isbn = 1=7
index.bath.issn = 1=8
index.dc.title = 1=4
index.dc.creator = 1=1003
relation.eq = 2=3
relation.scr = 2=3
relation.all = 2=3
structure.* = 4=1
position.any = 3=3 6=1
truncation.none = 5=100
truncation.right = 5=1
""",
    "server.xml": """\
<yazgfs>
  <listen id="all">tcp:127.0.0.1:{port}</listen>
  <server listenref="all">
    <config>zebra.cfg</config>
    <cql2rpn>cql.properties</cql2rpn>
    <retrievalinfo>
      <retrieval syntax="xml" name="marcxml" identifier="info:srw/schema/1/marcxml-v1.1"/>
      <retrieval syntax="usmarc">
        <backend syntax="xml" name="marcxml">
          <marc inputformat="xml" outputformat="marc" inputcharset="utf-8" outputcharset="utf-8"/>
        </backend>
      </retrieval>
    </retrievalinfo>
  </server>
</yazgfs>
""",
}


class Zebra:
    """It has the records of a file of MARCXML, and serves them from a folder of its own."""

    def __init__(self, folder: Path, records: Path) -> None:
        self.port = free_port()
        self._folder = folder
        for name, text in _FILES.items():
            (folder / name).write_text(text.replace("{port}", str(self.port)))
        for name in ("register", "work"):
            (folder / name).mkdir()
        for command in (["init"], ["update", str(records)]):
            self._index(*command)

    @property
    def sru(self) -> str:
        return f"http://127.0.0.1:{self.port}/{DATABASE}"

    @property
    def z3950(self) -> str:
        return f"127.0.0.1:{self.port}/{DATABASE}"

    def _index(self, *command: str) -> None:
        words = ["zebraidx", "-c", "zebra.cfg", *command]
        ran = subprocess.run(words, cwd=self._folder, capture_output=True, text=True, timeout=60, check=False)
        assert ran.returncode == 0, ran.stderr
        assert "[warn]" not in ran.stderr, ran.stderr

    def start(self) -> None:
        self._log = (self._folder / "server.log").open("w")
        self._process = subprocess.Popen(
            ["zebrasrv", "-f", "server.xml"], cwd=self._folder, stdout=self._log, stderr=self._log
        )
        deadline = time.monotonic() + 30
        while not self._answers():
            log = (self._folder / "server.log").read_text()
            assert self._process.poll() is None, log
            assert time.monotonic() < deadline, log
            time.sleep(0.01)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)
        self._log.close()


def missing_package() -> str | None:
    """Name the Debian package without which there is no Zebra here."""
    return None if all(map(shutil.which, PROGRAMS)) else "idzebra-2.0"


@contextmanager
def running(folder: Path, records: Path) -> Iterator[Zebra]:
    server = Zebra(folder, records)
    server.start()
    try:
        yield server
    finally:
        server.stop()
